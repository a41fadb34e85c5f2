Describe 'Remove-VtKey' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
    }

    BeforeEach {
        $keyFile = Get-FreshKeyFile
        $store = Get-FreshStore @{ Password = Get-TestPassword; KeyFile = $keyFile }
    }

    It 'removes what is piped in' {
        $removed = Get-VtKey $store | Where-Object Kind -EQ Password | Remove-VtKey -PassThru -Confirm:$false
        $removed.Status | Should -Be 'Ended'
        { Get-VtStore $store.Path -Password (Get-TestPassword) } | Should -Throw -ErrorId 'PasswordIncorrect,VtPS.Commands.GetVtStoreCommand'
        (Get-VtStore $store.Path -KeyFile $keyFile).StoreId | Should -Be $store.StoreId
    }

    It 'takes a prefix of an id' {
        $id = (Get-VtKey $store)[0].KeyId
        Remove-VtKey $id.Substring(0, 12) -Store $store -Confirm:$false | Should -BeNullOrEmpty
        (Get-VtKey $store).KeyId | Should -Not -Contain $id
    }

    It 'leaves the last one' {
        Get-VtKey $store | Remove-VtKey -Confirm:$false -ErrorVariable faults -ErrorAction SilentlyContinue
        $faults[0].FullyQualifiedErrorId | Should -Be 'LastKeyRefused,VtPS.Commands.RemoveVtKeyCommand'
        @(Get-VtKey $store).Count | Should -Be 1
    }

    It 'does nothing with -WhatIf' {
        $before = Get-TreeText $store.Path
        Get-VtKey $store | Remove-VtKey -WhatIf
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'says when there is no such key' {
        { Remove-VtKey ffffffffffffffff -Store $store -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,VtPS.Commands.RemoveVtKeyCommand'
    }
}
