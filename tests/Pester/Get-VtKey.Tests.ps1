Describe 'Get-VtKey' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $store = Get-FreshStore @{ Password = Get-TestPassword; KeyFile = Get-FreshKeyFile }
    }

    It 'lists every slot, and nothing of a secret' {
        $keys = @(Get-VtKey $store)
        $keys | Should -BeOfType VtPS.VtKey
        $keys.Kind | Sort-Object | Should -Be 'Password', 'KeyFile'
        $keys.Status | Should -Be 'Active', 'Active'
        ($keys | Where-Object Kind -EQ Password).Iterations | Should -Be 600000
        ($keys | ConvertTo-Json) | Should -Not -Match 'correct|salt|wrapped'
    }

    It 'takes the Store by pipeline' {
        @($store | Get-VtKey).Count | Should -Be 2
    }

    It 'names a damaged slot and lists the others' {
        $damaged = Get-FreshStore @{ Password = Get-TestPassword; KeyFile = Get-FreshKeyFile }
        $slot = (Get-VtKey $damaged | Where-Object Kind -EQ Password).KeyId
        $file = Join-Path $damaged.Path "keys/$slot.json"
        $text = [IO.File]::ReadAllText($file)
        [IO.File]::WriteAllText($file, $text.Replace('"epoch":1', '"epoch":2'))
        @(Get-VtKey $damaged -ErrorVariable faults -ErrorAction SilentlyContinue).Count | Should -Be 1
        $faults[0].FullyQualifiedErrorId | Should -Be 'DataFileDamaged,VtPS.Commands.GetVtKeyCommand'
        "$($faults[0])" | Should -Match $slot
    }

    It 'refuses a plain Store' {
        { Get-VtKey (Get-FreshStore) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.GetVtKeyCommand'
    }
}
