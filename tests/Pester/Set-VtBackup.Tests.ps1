Describe 'Set-VtBackup' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $store = Get-FreshStore
    }

    BeforeEach { $backup = Backup-VtTree "$tree/deep/deeper" -Store $store -Tag one, two -Comment 'As it was.' }

    It 'writes nothing without -PassThru' {
        Set-VtBackup $backup -Comment 'Else.' | Should -BeNullOrEmpty
        (Get-VtBackup $backup.Id -Store $store).Comment | Should -Be 'Else.'
    }

    It 'replaces, adds and removes tags' {
        (Set-VtBackup $backup -Tag three, four -PassThru).Tag | Should -Be @('four', 'three')
        (Set-VtBackup $backup -AddTag five -PassThru).Tag | Should -Be @('five', 'four', 'three')
        (Set-VtBackup $backup -RemoveTag four, none -PassThru).Tag | Should -Be @('five', 'three')
        (Set-VtBackup $backup -Tag @() -PassThru).Tag | Should -BeNullOrEmpty
        (Get-VtBackup $backup.Id -Store $store).Tag | Should -BeNullOrEmpty
    }

    It 'sets and removes the comment' {
        (Set-VtBackup $backup -Comment 'Else.' -PassThru).Comment | Should -Be 'Else.'
        (Set-VtBackup $backup -Comment '' -PassThru).Comment | Should -BeNullOrEmpty
    }

    It 'pins and unpins' {
        (Set-VtBackup $backup -Pin -PassThru).Pinned | Should -BeTrue
        (Get-VtBackup $backup.Id -Store $store).Pinned | Should -BeTrue
        (Set-VtBackup $backup -Unpin -PassThru).Pinned | Should -BeFalse
    }

    It 'leaves the rest of the backup alone' {
        $amended = Set-VtBackup $backup -AddTag x -PassThru
        foreach ($property in $backup.PSObject.Properties.Name | Where-Object { $_ -ne 'Tag' }) {
            $amended.$property | Should -Be $backup.$property -Because $property
        }
    }

    It 'takes an id, a prefix and latest' {
        (Set-VtBackup $backup.Id -Store $store -AddTag a -PassThru).Id | Should -Be $backup.Id
        (Set-VtBackup -Id $backup.Id.Substring(0, 16) -Store $store -AddTag b -PassThru).Tag | Should -Contain 'a'
        (Set-VtBackup latest -Store $store -AddTag c -PassThru).Id | Should -Be $backup.Id
    }

    It 'takes backups from the pipeline, deserialised ones and ids too' {
        $other = Backup-VtTree "$tree/deep/deeper" -Store $store
        ($backup, $other | Set-VtBackup -AddTag piped -PassThru).Id | Should -Be @($backup.Id, $other.Id)
        ($backup | ConvertTo-Deserialized | Set-VtBackup -AddTag far -PassThru).Tag | Should -Contain 'far'
        ($backup.Id | Set-VtBackup -Store $store -AddTag text -PassThru).Tag | Should -Contain 'text'
    }

    It 'changes nothing with -WhatIf' {
        $before = Get-TreeText $store.Path
        Set-VtBackup $backup -Tag x -Comment y -Pin -WhatIf -PassThru | Should -BeNullOrEmpty
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'changes nothing where nothing would change' {
        $before = Get-TreeText $store.Path
        $null = Set-VtBackup $backup -AddTag one
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'refuses -Pin with -Unpin' {
        { Set-VtBackup $backup -Pin -Unpin } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SetVtBackupCommand'
    }

    It 'refuses a backup of another Store' {
        { Set-VtBackup $backup -Store (Get-FreshStore) -AddTag x } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.SetVtBackupCommand'
    }

    It 'says that there is no such backup, and goes on' {
        $amended = 'ffffffffffff', $backup.Id | Set-VtBackup -Store $store -AddTag x -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed
        $amended.Id | Should -Be $backup.Id
        $failed.FullyQualifiedErrorId | Should -Be 'BackupNotFound,VtPS.Commands.SetVtBackupCommand'
    }

    It 'refuses an object that is no backup' {
        { Set-VtBackup -Backup (Get-Process -Id $PID) -Store $store -AddTag x } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,VtPS.Commands.SetVtBackupCommand'
    }
}
