Describe 'Optimize-VtStore' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        function Get-StoreLength($store) { (Get-ChildItem -LiteralPath $store.Path -Recurse -File -Force | Measure-Object Length -Sum).Sum }
    }

    BeforeEach {
        $store = Get-FreshStore
        $tree = Get-SampleTree
        $first = Backup-VtTree $tree -Store $store -Subset papers
        Remove-Item -LiteralPath "$tree/deep/random.bin"
        [IO.File]::WriteAllBytes("$tree/new.bin", (Get-RandomByte -Count 10000 -Seed 9))
        $second = Backup-VtTree $tree -Store $store -Subset papers
    }

    It 'frees what a removed backup alone stood on' {
        $before = Get-StoreLength $store
        Remove-VtBackup $first -Confirm:$false
        $freed = Optimize-VtStore $store
        $freed | Should -BeOfType VtPS.VtOptimizeResult
        $freed.BytesDeleted | Should -BeGreaterThan 700000
        $freed.LeasesStanding | Should -Be 0
        Get-StoreLength $store | Should -BeLessThan ($before - 600000)
        Test-VtStore $store -Data -Quiet | Should -BeTrue
        Compare-VtBackup $second -Content | Should -BeNullOrEmpty
    }

    It 'deletes nothing that is needed' {
        $null = Optimize-VtStore $store
        $again = $store | Optimize-VtStore
        $again.DataFilesDeleted | Should -Be 0
        Test-VtStore $store -Data -Quiet | Should -BeTrue
    }

    It 'changes nothing with -WhatIf and tells what would be freed' {
        Remove-VtBackup $first -Confirm:$false
        $before = Get-TreeText $store.Path
        $plan = Optimize-VtStore $store -WhatIf
        $plan.DataFilesGivenUp + $plan.DataFilesDeleted | Should -BeGreaterThan 0
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'refuses to empty a Store without -Force' {
        $first, $second | Remove-VtBackup -Confirm:$false
        { Optimize-VtStore $store } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.OptimizeVtStoreCommand'
        (Optimize-VtStore $store -Force).BytesDeleted | Should -BeGreaterThan 0
        (Measure-VtStore $store).DataFileCount | Should -Be 0
    }

    It 'deletes nothing when a backup cannot be read' {
        $record = Join-Path $store.Path "backups/$($first.Id).json"
        $bytes = [IO.File]::ReadAllBytes($record)
        $bytes[30] = $bytes[30] -bxor 1
        Remove-Item -LiteralPath $record -Force
        [IO.File]::WriteAllBytes($record, $bytes)
        $before = Get-TreeText $store.Path
        { Optimize-VtStore $store } | Should -Throw -ErrorId 'BlockDamaged,VtPS.Commands.OptimizeVtStoreCommand'
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'refuses a grace period that buries every writer' {
        { Optimize-VtStore $store -GracePeriod 0 } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.OptimizeVtStoreCommand'
    }

    It 'makes room on a full disk' -Skip:(-not $IsLinux -or (id -u) -ne 0) {
        $disk = (New-Item -ItemType Directory -Path (Get-FreshPath 'disk')).FullName
        mount -t tmpfs -o size=32000000 none $disk
        try {
            # Nothing of the first backup is needed by the second: what is wholly unneeded goes without any room.
            $full = New-VtStore (Join-Path $disk 'store')
            Remove-Item -LiteralPath "$tree/deep" -Recurse -Force
            foreach ($seed in 1, 2) {
                [IO.File]::WriteAllBytes("$tree/new.bin", (Get-RandomByte -Count 10000000 -Seed $seed))
                $null = Backup-VtTree $tree -Store $full
            }

            [IO.File]::WriteAllBytes("$tree/new.bin", (Get-RandomByte -Count 6000000 -Seed 3))
            dd if=/dev/zero "of=$disk/ballast" bs=4096 2> $null
            [IO.DriveInfo]::new($disk).AvailableFreeSpace | Should -Be 0
            { Backup-VtTree $tree -Store $full } | Should -Throw -ErrorId 'StoreFull,VtPS.Commands.BackupVtTreeCommand'
            Get-VtBackup -Store $full | Select-Object -SkipLast 1 | Remove-VtBackup -Confirm:$false
            (Optimize-VtStore $full).BytesDeleted | Should -BeGreaterThan 8000000
            (Backup-VtTree $tree -Store $full).Status | Should -Be 'Complete'
            Test-VtStore $full -Data -Quiet | Should -BeTrue
        }
        finally {
            umount -l $disk
        }
    }
}
