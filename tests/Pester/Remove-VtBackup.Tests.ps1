Describe 'Remove-VtBackup' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $id = @{ ErrorId = 'EmptyRetention,VtPS.Commands.RemoveVtBackupCommand' }
    }

    BeforeEach {
        $store = Get-FreshStore
        $backups = 1..4 | ForEach-Object { Backup-VtTree $tree -Store $store -Subset papers }
    }

    It 'removes a backup by object, by id and by the pipeline' {
        Remove-VtBackup $backups[0] -Confirm:$false | Should -BeNullOrEmpty
        Remove-VtBackup $backups[1].Id.Substring(0, 12) -Store $store -Confirm:$false
        $backups[2] | ConvertTo-Deserialized | Remove-VtBackup -Confirm:$false
        (Get-VtBackup -Store $store).Id | Should -Be $backups[3].Id
        Test-VtStore $store -Data -Quiet | Should -BeTrue
    }

    It 'says what is not there' {
        $errors = $null
        Remove-VtBackup 0123456789ab -Store $store -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors[0].FullyQualifiedErrorId | Should -Be 'BackupNotFound,VtPS.Commands.RemoveVtBackupCommand'
        @(Get-VtBackup -Store $store).Count | Should -Be 4
    }

    It 'leaves a pinned backup alone' {
        Set-VtBackup $backups[0] -Pin
        $errors = $null
        $backups[0], $backups[1] | Remove-VtBackup -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable errors
        $errors[0].FullyQualifiedErrorId | Should -Be 'InvalidArgument,VtPS.Commands.RemoveVtBackupCommand'
        (Get-VtBackup -Store $store).Id | Should -Be $backups[0].Id, $backups[2].Id, $backups[3].Id
        Remove-VtBackup -Store $store -KeepLast 1 -Confirm:$false
        (Get-VtBackup -Store $store).Id | Should -Be $backups[0].Id, $backups[3].Id
    }

    It 'removes what a policy does not keep, and says why' {
        $rows = Remove-VtBackup -Store $store -KeepLast 2 -KeepYearly 1 -PassThru -Confirm:$false
        $rows | Should -BeOfType VtPS.VtRetentionResult
        $rows.Action | Should -Be 'Remove', 'Remove', 'Keep', 'Keep'
        $rows[3].Reason[0] | Should -Be 'last 1 of 2'
        $rows[3].Reason[1] | Should -Match '^yearly 1 of 1: \d{4}$'
        $rows[0].Reason | Should -Be 'no rule keeps it'
        (Get-VtBackup -Store $store).Id | Should -Be $backups[2].Id, $backups[3].Id
        Remove-VtBackup -Store $store -KeepLast 2 -Confirm:$false
        @(Get-VtBackup -Store $store).Count | Should -Be 2
    }

    It 'changes nothing with -WhatIf and tells what it would do' {
        $before = Get-TreeText $store.Path
        (Remove-VtBackup -Store $store -KeepLast 1 -WhatIf).Action | Should -Be 'Remove', 'Remove', 'Remove', 'Keep'
        ($backups[1] | Remove-VtBackup -WhatIf).BackupId | Should -Be $backups[1].Id
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'refuses a policy without a rule' {
        { Remove-VtBackup -Store $store -KeepLast 0 -Confirm:$false } | Should -Throw @id
        { Remove-VtBackup -Store $store -GroupBy None -Confirm:$false } | Should -Throw @id
        @(Get-VtBackup -Store $store).Count | Should -Be 4
    }

    It 'refuses a policy that would remove all of a group' {
        Start-Sleep -Milliseconds 20
        { Remove-VtBackup -Store $store -OlderThan ([TimeSpan]::FromMilliseconds(1)) -Confirm:$false } | Should -Throw @id -ExpectedMessage '*papers*'
        @(Get-VtBackup -Store $store).Count | Should -Be 4
    }

    It 'refuses an age without a unit' {
        { Remove-VtBackup -Store $store -OlderThan 365 -Confirm:$false } | Should -Throw -ExpectedMessage '*no unit*'
        { Remove-VtBackup -Store $store -KeepWithin '30' -Confirm:$false } | Should -Throw -ExpectedMessage '*no unit*'
        Remove-VtBackup -Store $store -OlderThan 30d -Confirm:$false
        @(Get-VtBackup -Store $store).Count | Should -Be 4
    }

    It 'removes a backup whose record is damaged by its whole id' {
        $record = Join-Path $store.Path "backups/$($backups[0].Id).json"
        $bytes = [IO.File]::ReadAllBytes($record)
        $bytes[30] = $bytes[30] -bxor 1
        Remove-Item -LiteralPath $record -Force
        [IO.File]::WriteAllBytes($record, $bytes)
        Remove-VtBackup $backups[0].Id -Store $store -Confirm:$false
        Test-Path -LiteralPath $record | Should -BeFalse
        Test-VtStore $store -Quiet | Should -BeTrue
    }
}
