Describe 'Add-VtKey' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $store = Get-FreshStore @{ KeyFile = Get-FreshKeyFile }
    }

    It 'adds a password and a key file' {
        $keyFile = Get-FreshKeyFile
        $added = @(Add-VtKey $store -NewPassword (Get-TestPassword 'second') -NewKeyFile $keyFile)
        $added | Should -BeOfType VtPS.VtKey
        $added.Kind | Should -Be 'KeyFile', 'Password'
        (Get-VtStore $store.Path -Password (Get-TestPassword 'second')).StoreId | Should -Be $store.StoreId
        (Get-VtStore $store.Path -KeyFile $keyFile).StoreId | Should -Be $store.StoreId
    }

    It 'takes the Store by pipeline' {
        ($store | Add-VtKey -NewKeyFile (Get-FreshKeyFile)).StoreId | Should -Be $store.StoreId
    }

    It 'does nothing with -WhatIf' {
        $before = Get-TreeText $store.Path
        Add-VtKey $store -NewKeyFile (Get-FreshKeyFile) -WhatIf
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'needs something to add' {
        { Add-VtKey $store } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.AddVtKeyCommand'
    }

    It 'refuses a plain Store and a key that is too short' {
        { Add-VtKey (Get-FreshStore) -NewKeyFile (Get-FreshKeyFile) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.AddVtKeyCommand'
        $short = Get-FreshPath 'short'
        [IO.File]::WriteAllBytes($short, [byte[]]::new(15))
        { Add-VtKey $store -NewKeyFile $short -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.AddVtKeyCommand'
    }
}
