Describe 'Update-VtKey' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
    }

    BeforeEach {
        $store = Get-FreshStore @{ Password = Get-TestPassword; KeyFile = Get-FreshKeyFile }
        $backup = Backup-VtTree $tree -Store $store
    }

    It 'ends every slot but the new ones, and lists them all' {
        $keys = @(Update-VtKey $store -NewPassword (Get-TestPassword 'new'))
        @($keys | Where-Object Status -EQ Active).Count | Should -Be 1
        @($keys | Where-Object Status -EQ Ended).Count | Should -Be 2
        ($keys | Where-Object Status -EQ Active).Epoch | Should -Be 2
        { Get-VtStore $store.Path -Password (Get-TestPassword) } | Should -Throw -ErrorId 'PasswordIncorrect,VtPS.Commands.GetVtStoreCommand'
        $unlocked = Get-VtStore $store.Path -Password (Get-TestPassword 'new')
        $target = Get-FreshPath 'out'
        Restore-VtItem -Backup $backup.Id -Store $unlocked -Destination $target | Out-Null
        Get-TreeText "$target/docs" | Should -Be (Get-TreeText $tree)
        (Backup-VtTree $tree -Store $unlocked).Status | Should -Be 'Complete'
    }

    It 'is told of by an object that was unlocked before' {
        $null = Update-VtKey $store -NewPassword (Get-TestPassword 'new')
        { Backup-VtTree $tree -Store $store } | Should -Throw -ErrorId 'PasswordRequired,VtPS.Commands.BackupVtTreeCommand'
    }

    It 'does nothing with -WhatIf' {
        $before = Get-TreeText $store.Path
        Update-VtKey $store -NewPassword (Get-TestPassword 'new') -WhatIf
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'needs a password or a key file' {
        { Update-VtKey $store } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.UpdateVtKeyCommand'
    }
}
