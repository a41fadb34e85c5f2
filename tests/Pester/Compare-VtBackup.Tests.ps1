Describe 'Compare-VtBackup' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $store = Get-FreshStore
        $first = Backup-VtTree $tree -Store $store
        Set-Content -LiteralPath "$tree/deep/new.txt" -Value 'New.'
        Remove-Item -LiteralPath "$tree/empty.txt"
        [IO.File]::WriteAllBytes("$tree/deep/random.bin", (Get-RandomByte -Count 600000 -Seed 5))
        (Get-Item -LiteralPath "$tree/.hidden" -Force).LastWriteTime = [DateTime]::Now.AddDays(-9)
        $second = Backup-VtTree $tree -Store $store
    }

    It 'finds what differs between two backups' {
        $differences = Compare-VtBackup $first $second
        $differences | Should -BeOfType VtPS.VtDifference
        ($differences | Where-Object Path -EQ 'docs/deep/new.txt').Kind | Should -Be 'Added'
        ($differences | Where-Object Path -EQ 'docs/empty.txt').Kind | Should -Be 'Removed'
        $changed = $differences | Where-Object Path -EQ 'docs/deep/random.bin'
        $changed.Kind | Should -Be 'Changed'
        $changed.Field | Should -Contain 'Content'
        $changed.ReferenceLength | Should -Be 700000
        $changed.DifferenceLength | Should -Be 600000
        $touched = $differences | Where-Object Path -EQ 'docs/.hidden'
        $touched.Kind | Should -Be 'Metadata'
        $touched.Field | Should -Contain 'LastWriteTime'
        $differences.Path | Should -Not -Contain 'docs/readme.txt'
    }

    It 'finds nothing between a backup and itself' { Compare-VtBackup $first $first | Should -BeNullOrEmpty }

    It 'gives what is equal when told to' {
        (Compare-VtBackup $first $first -IncludeEqual).Kind | Select-Object -Unique | Should -Be 'Equal'
        (Compare-VtBackup $first $second -IncludeEqual | Where-Object Path -EQ 'docs/readme.txt').Kind | Should -Be 'Equal'
    }

    It 'takes ids, latest, pipeline, deserialised, and the names of Compare-Object' {
        $expected = (Compare-VtBackup $first $second).Path
        (Compare-VtBackup $first.Id latest -Store $store).Path | Should -Be $expected
        (Compare-VtBackup $first.Id $second).Path | Should -Be $expected
        ($first | Compare-VtBackup -Difference $second).Path | Should -Be $expected
        (Compare-VtBackup ($first | ConvertTo-Deserialized) ($second | ConvertTo-Deserialized)).Path | Should -Be $expected
        (Compare-VtBackup -ReferenceObject $first -DifferenceObject $second).Path | Should -Be $expected
    }

    It 'compares with a live folder' {
        $out = Get-FreshPath
        $null = Restore-VtItem $out -Backup $second
        Compare-VtBackup $second -DifferencePath $out | Should -BeNullOrEmpty
        Compare-VtBackup $second -DifferencePath $out -Content | Should -BeNullOrEmpty
        Set-Content -LiteralPath "$out/docs/readme.txt" -Value 'Else, and longer.'
        Remove-Item -LiteralPath "$out/docs/deep/zeros.bin"
        $differences = Compare-VtBackup $second -DifferencePath $out
        ($differences | Where-Object Path -EQ 'docs/readme.txt').Kind | Should -Be 'Changed'
        ($differences | Where-Object Path -EQ 'docs/deep/zeros.bin').Kind | Should -Be 'Removed'
    }

    It 'sees content behind equal size and time only with -Content' {
        $out = Get-FreshPath
        $null = Restore-VtItem $out -Backup $second
        $file = Get-Item -LiteralPath "$out/docs/deep/deeper/small.bin"
        $time = $file.LastWriteTimeUtc
        [IO.File]::WriteAllBytes($file.FullName, (Get-RandomByte -Count 5000 -Seed 99))
        $file.LastWriteTimeUtc = $time
        (Compare-VtBackup $second -DifferencePath $out).Path | Should -Not -Contain 'docs/deep/deeper/small.bin'
        (Compare-VtBackup $second -DifferencePath $out -Content).Path | Should -Contain 'docs/deep/deeper/small.bin'
    }

    It 'compares with where the backup came from' {
        Compare-VtBackup $second | Should -BeNullOrEmpty
        (Compare-VtBackup $first).Path | Should -Contain 'docs/deep/new.txt'
    }

    It 'says that there is no such backup' {
        { Compare-VtBackup ffffffffffff $second -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,VtPS.Commands.CompareVtBackupCommand'
        { Compare-VtBackup $first ffffffffffff -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,VtPS.Commands.CompareVtBackupCommand'
    }

    It 'refuses backups of two Stores' {
        $other = Backup-VtTree "$tree/deep" -Store (Get-FreshStore)
        { Compare-VtBackup $first $other } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.CompareVtBackupCommand'
        { Compare-VtBackup $first $second -Store $other.Store } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.CompareVtBackupCommand'
    }

    It 'says that there is no live folder' {
        { Compare-VtBackup $first -DifferencePath (Get-FreshPath) } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.CompareVtBackupCommand'
        { Compare-VtBackup $first -DifferencePath 'Env:' } | Should -Throw -ErrorId 'PathNotFileSystem,VtPS.Commands.CompareVtBackupCommand'
    }

    It 'needs a Store for ids' { { Compare-VtBackup latest latest } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.CompareVtBackupCommand' }

    It 'changes nothing' {
        $before = (Get-TreeText $store.Path) + (Get-TreeText $tree)
        $null = Compare-VtBackup $first $second
        $null = Compare-VtBackup $first -Content
        (Get-TreeText $store.Path) + (Get-TreeText $tree) | Should -Be $before
    }

    Context 'stopping' {
        BeforeAll {
            $wide = Backup-VtTree (Get-WideTree 2000) -Store $store -Subset wide
            $nothing = Get-FreshPath
            $null = New-Item -ItemType Directory $nothing
        }

        It 'stops when the reader wants no more' {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Compare-VtBackup $wide $wide -IncludeEqual | Select-Object -First 1 | Should -Not -BeNullOrEmpty
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        }

        It 'stops when it is stopped' {
            $stopped = Measure-Stop -Script 'Compare-VtBackup $id $id -IncludeEqual -Store $path | ForEach-Object { Start-Sleep -Milliseconds 5; $_ }' -Variable @{ id = $wide.Id; path = $store.Path } -Until { $args[0].Count -gt 5 }
            $stopped.RanAtStop | Should -BeTrue
            $stopped.Seconds | Should -BeLessThan 5
        }

        It 'stops at the first error when told to' {
            { 'ffffffffffff', $first.Id | Compare-VtBackup -Difference $second -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,VtPS.Commands.CompareVtBackupCommand'
        }
    }
}
