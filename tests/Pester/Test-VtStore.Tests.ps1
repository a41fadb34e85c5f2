Describe 'Test-VtStore' {
    BeforeAll {
        . $PSScriptRoot/common.ps1

        # Flips a bit in the largest data file.
        function Invoke-Damage($store) {
            $file = Get-ChildItem -LiteralPath "$($store.Path)/data" -Recurse -File | Sort-Object Length | Select-Object -Last 1
            $bytes = [IO.File]::ReadAllBytes($file.FullName)
            $bytes[5000] = $bytes[5000] -bxor 1
            Remove-Item -LiteralPath $file.FullName -Force
            [IO.File]::WriteAllBytes($file.FullName, $bytes)
        }
    }

    BeforeEach {
        $store = Get-FreshStore
        $tree = Get-SampleTree
        $backup = Backup-VtTree $tree -Store $store
    }

    It 'writes one row when nothing is wrong' {
        $row = Test-VtStore $store
        $row | Should -BeOfType VtPS.VtTestResult
        $row.Kind | Should -Be 'Passed'
        $row.IsDamage | Should -BeFalse
        ($store | Test-VtStore -Data).Message | Should -Match 'content was read'
    }

    It 'says whether, with -Quiet' {
        Test-VtStore $store -Quiet | Should -BeExactly $true
        Invoke-Damage $store
        Test-VtStore $store -Quiet | Should -BeExactly $true
        Test-VtStore $store -Data -Quiet | Should -BeExactly $false
    }

    It 'names the backups and the paths that damage touches' {
        Invoke-Damage $store
        $row = Test-VtStore $store -Data
        $row.Kind | Should -Be 'RecordDamaged'
        $row.IsDamage | Should -BeTrue
        $row.BackupId | Should -Be $backup.Id
        $row.Path | Should -Contain 'docs/deep/random.bin'
        $row.ObjectName | Should -Match '^data/'
    }

    It 'reads a sample and says so' {
        (Test-VtStore $store -SamplePercent 50).Message | Should -Match 'random sample of 50 %'
        { Test-VtStore $store -SamplePercent 0 } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.TestVtStoreCommand'
    }

    It 'checks only the backups given' {
        [IO.File]::WriteAllBytes("$tree/deep/random.bin", (Get-RandomByte -Count 700000 -Seed 77))
        $second = Backup-VtTree $tree -Store $store
        (Test-VtStore -Backup $backup).Message | Should -Match 'in 1 backups'
        (Test-VtStore -Backup $backup.Id, $second -Store $store -Data).Message | Should -Match 'in 2 backups'
        $errors = $null
        Test-VtStore $store -Backup 0123456789 -ErrorAction SilentlyContinue -ErrorVariable errors | Should -BeNullOrEmpty
        $errors[0].FullyQualifiedErrorId | Should -Be 'BackupNotFound,VtPS.Commands.TestVtStoreCommand'
    }

    It 'changes nothing' {
        $before = Get-TreeText $store.Path
        $null = Test-VtStore $store -Data
        Get-TreeText $store.Path | Should -Be $before
    }
}
