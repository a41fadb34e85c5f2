Describe 'Restore-VtItem' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $store = Get-FreshStore
        $backup = Backup-VtTree $tree -Store $store
    }

    BeforeEach { $out = Get-FreshPath 'out' }

    Context 'what is restored' {
        It 'restores a backup as it was' {
            $result = Restore-VtItem $out -Backup $backup
            $result | Should -BeOfType VtPS.VtRestoreResult
            $result.BackupId | Should -Be $backup.Id
            $result.Destination | Should -Be $out
            $result.FilesRestored | Should -BeGreaterThan 0
            $result.ErrorCount | Should -Be 0
            Get-TreeText "$out/docs" | Should -Be (Get-TreeText $tree)
        }

        It 'makes hard links again' -Skip:$IsWindows {
            $null = Restore-VtItem $out -Backup $backup
            Set-Content -LiteralPath "$out/docs/readme.txt" -Value 'Through one name.'
            "$out/docs/deep/same.txt" | Should -FileContentMatch 'Through one name.'
        }

        It 'keeps the inside path below the destination' {
            $null = Restore-VtItem $out docs/deep/deeper -Backup $backup
            "$out/docs/deep/deeper/small.bin" | Should -Exist
            "$out/docs/readme.txt" | Should -Not -Exist
        }

        It 'takes wildcards in paths' {
            $null = Restore-VtItem $out 'docs/*.txt', 'docs/deep/z*' -Backup $backup
            (Get-ChildItem $out -Recurse -File).Name | Sort-Object | Should -Be @('empty.txt', 'readme.txt', 'zeros.bin')
        }

        It 'restores what matches, and not what is excluded' {
            $null = Restore-VtItem $out -Backup $backup -Include '*.txt', '*.bin' -Exclude 'deeper', '/docs/readme.txt'
            (Get-ChildItem $out -Recurse -File -Force).Name | Sort-Object | Should -Be @('a[1].txt', 'empty.txt', 'random.bin', 'same.txt', 'zeros.bin')
        }

        It 'drops leading names' {
            $null = Restore-VtItem $out -Backup $backup -StripComponents 1
            Get-ContentText $out | Should -Be (Get-ContentText $tree)
        }

        It 'renames by a script block' {
            $null = Restore-VtItem $out docs/deep -Backup $backup -Rename { if ($_ -like '*.bin') { $null } else { $_ -replace '\.txt$', '.text' } }
            (Get-ChildItem $out -Recurse -File).Name | Sort-Object | Should -Be @('a[1].text', 'same.text')
        }

        It 'gives the path to the script block as its argument, too' {
            $null = Restore-VtItem $out docs/readme.txt -Backup $backup -Rename { param($path) "renamed/$path" }
            "$out/renamed/docs/readme.txt" | Should -Exist
        }

        It 'ends when the script block throws' {
            { Restore-VtItem $out -Backup $backup -Rename { throw 'no name' } } | Should -Throw '*no name*'
        }

        It 'verifies' {
            (Restore-VtItem $out -Backup $backup -Verify).FilesVerified | Should -BeGreaterThan 5
        }

        It 'leaves alone what is there and equal' {
            $null = Restore-VtItem $out -Backup $backup
            $again = Restore-VtItem $out -Backup $backup
            $again.FilesRestored | Should -Be 0
            $again.FilesEqual | Should -BeGreaterThan 5
        }

        It 'replaces what differs only with -Force' {
            $null = Restore-VtItem $out -Backup $backup
            Set-Content -LiteralPath "$out/docs/empty.txt" -Value 'Mine.'
            $result = Restore-VtItem $out -Backup $backup -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed.FullyQualifiedErrorId | Should -Be 'DestinationDiffers,VtPS.Commands.RestoreVtItemCommand'
            $result.ErrorCount | Should -Be 1
            "$out/docs/empty.txt" | Should -FileContentMatch 'Mine.'
            (Restore-VtItem $out -Backup $backup -Force).FilesRestored | Should -Be 1
            (Get-Item "$out/docs/empty.txt").Length | Should -Be 0
        }

        It 'removes extras only with -Delete' {
            $null = Restore-VtItem $out -Backup $backup
            Set-Content -LiteralPath "$out/docs/extra.txt" -Value 'Mine.'
            $null = Restore-VtItem $out -Backup $backup
            "$out/docs/extra.txt" | Should -Exist
            (Restore-VtItem $out -Backup $backup -Delete).Deleted | Should -Be 1
            "$out/docs/extra.txt" | Should -Not -Exist
        }

        It 'restores in place' {
            $mine = Get-SampleTree
            $here = Backup-VtTree $mine -Store $store
            $before = Get-TreeText $mine
            Remove-Item -LiteralPath "$mine/deep" -Recurse -Force
            $null = Restore-VtItem -Backup $here -InPlace
            Get-ContentText $mine | Should -Be ($before -replace '(?m)^([^|]*\|[^|]*)\|[^|]*\|', '$1|')
        }

        It 'restores in place what another host backed up only with -Force' {
            $mine = Get-SampleTree
            $there = Backup-VtTree $mine -Store $store -HostName elsewhere
            Remove-Item -LiteralPath $mine -Recurse -Force
            { Restore-VtItem -Backup $there -InPlace -ErrorAction Stop } | Should -Throw
            $mine | Should -Not -Exist
            $null = Restore-VtItem -Backup $there -InPlace -Force
            "$mine/readme.txt" | Should -Exist
        }

        It 'restores relative to the location' {
            $null = New-Item -ItemType Directory $out
            Push-Location $out
            try { (Restore-VtItem here docs/readme.txt -Backup $backup).Destination | Should -Be "$out/here" }
            finally { Pop-Location }
            "$out/here/docs/readme.txt" | Should -Exist
        }

        It 'gives rows with -PassThru, and no summary' {
            $rows = Restore-VtItem $out -Backup $backup -PassThru
            $rows | Should -BeOfType VtPS.VtFileResult
            ($rows | Where-Object Path -Like '*random.bin').Action | Should -Be 'Restored'
        }
    }

    Context 'what takes what' {
        It 'takes backups by id, latest, pipeline, deserialised' {
            (Restore-VtItem "$out/1" docs/readme.txt -Backup $backup.Id -Store $store).FilesRestored | Should -Be 1
            (Restore-VtItem "$out/2" docs/readme.txt -Id latest -Store $store).BackupId | Should -Be $backup.Id
            ($backup | Restore-VtItem "$out/3" docs/readme.txt).FilesRestored | Should -Be 1
            ($backup | ConvertTo-Deserialized | Restore-VtItem "$out/4" docs/readme.txt).FilesRestored | Should -Be 1
            ($backup.Id | Restore-VtItem "$out/5" docs/readme.txt -Store $store).FilesRestored | Should -Be 1
        }

        It 'takes items by value, pipeline, deserialised' {
            $item = Get-VtItem 'docs/deep/a`[1`].txt' -Backup $backup
            (Restore-VtItem "$out/1" -Item $item).FilesRestored | Should -Be 1
            ($item | Restore-VtItem "$out/2").FilesRestored | Should -Be 1
            ($item | ConvertTo-Deserialized | Restore-VtItem "$out/3").FilesRestored | Should -Be 1
            foreach ($i in 1..3) { Test-Path -LiteralPath "$out/$i/docs/deep/a[1].txt" | Should -BeTrue }
        }

        It 'takes objects through Export-Clixml' {
            $file = Get-FreshPath
            Get-VtItem docs/deep -Backup $backup | Export-Clixml $file
            (Import-Clixml $file | Restore-VtItem $out).FilesRestored | Should -BeGreaterThan 2
            $backup | Export-Clixml $file
            (Import-Clixml $file | Restore-VtItem "$out/b").BackupId | Should -Be $backup.Id
        }

        It 'restores items of one pipeline in one run, each once' {
            $result = Get-VtItem docs -Backup $backup -Recurse | Restore-VtItem $out
            @($result).Count | Should -Be 1
            $result.ErrorCount | Should -Be 0
            Get-ContentText "$out/docs" | Should -Be (Get-ContentText $tree)
        }

        It 'restores from several Stores in a run each' {
            $other = Get-FreshStore
            $there = Backup-VtTree (Get-SampleTree 'others') -Store $other
            $results = $backup, $there | Restore-VtItem $out
            $results.Store | Should -Be @($store.Path, $other.Path)
            "$out/docs/readme.txt", "$out/others/readme.txt" | Should -Exist
        }
    }

    Context '-WhatIf' {
        It 'changes neither Store nor destination' {
            $null = Restore-VtItem $out docs/deep -Backup $backup
            Set-Content -LiteralPath "$out/docs/deep/extra" -Value 'Mine.'
            $before = Get-TreeText $store.Path
            $target = Get-TreeText $out
            Restore-VtItem $out -Backup $backup -Force -Delete -WhatIf | Should -BeNullOrEmpty
            Get-VtItem -Backup $backup -Recurse | Restore-VtItem $out -WhatIf | Should -BeNullOrEmpty
            Restore-VtItem -InPlace -Backup $backup -Force -WhatIf | Should -BeNullOrEmpty
            Get-TreeText $store.Path | Should -Be $before
            Get-TreeText $out | Should -Be $target
        }

        It 'makes no destination' {
            Restore-VtItem $out -Backup $backup -WhatIf
            $out | Should -Not -Exist
        }
    }

    Context 'errors' {
        It 'needs a destination' {
            { Restore-VtItem -Backup $backup } | Should -Throw -ErrorId 'DestinationNotSpecified,VtPS.Commands.RestoreVtItemCommand'
        }

        It 'refuses a destination with -InPlace' {
            { Restore-VtItem $out -Backup $backup -InPlace } | Should -Throw -ErrorId 'DestinationConflict,VtPS.Commands.RestoreVtItemCommand'
        }

        It 'says that there is no such item' {
            { Restore-VtItem $out docs/none -Backup $backup } | Should -Throw -ErrorId 'ItemNotFound,VtPS.Commands.RestoreVtItemCommand'
        }

        It 'says that there is no such backup, and goes on' {
            $result = 'ffffffffffff', $backup.Id | Restore-VtItem $out -Store $store -ErrorAction SilentlyContinue -ErrorVariable failed
            $result.BackupId | Should -Be $backup.Id
            $failed.FullyQualifiedErrorId | Should -Be 'BackupNotFound,VtPS.Commands.RestoreVtItemCommand'
        }

        It 'refuses a Store that is not the object''s' {
            $other = Get-FreshStore
            { Restore-VtItem $out -Backup $backup -Store $other } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.RestoreVtItemCommand'
            { Get-VtItem docs/readme.txt -Backup $backup | Restore-VtItem $out -Store $other } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.RestoreVtItemCommand'
            $out | Should -Not -Exist
        }

        It 'needs a Store that is there' {
            { Restore-VtItem $out -Backup latest } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.RestoreVtItemCommand'
            { Restore-VtItem $out -Backup latest -Store (Get-FreshPath) } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.RestoreVtItemCommand'
        }

        It 'refuses a destination of another provider' {
            { Restore-VtItem 'Env:x' -Backup $backup } | Should -Throw -ErrorId 'PathNotFileSystem,VtPS.Commands.RestoreVtItemCommand'
        }

        It 'does with damage what it is told' {
            $damaged = Get-FreshStore @{ Compression = 'none' }
            $there = Backup-VtTree "$tree/deep" -Store $damaged
            $block = Get-VtItem deep/random.bin -Backup $there | Get-VtBlock | Select-Object -First 1
            $file = Get-ChildItem -LiteralPath "$($damaged.Path)/data" -Recurse -File | Where-Object BaseName -EQ $block.DataFile
            $bytes = [IO.File]::ReadAllBytes($file.FullName)
            $bytes[$block.RecordOffset + 5000] = $bytes[$block.RecordOffset + 5000] -bxor 0xff
            [IO.File]::SetUnixFileMode($file.FullName, 'UserRead, UserWrite')
            [IO.File]::WriteAllBytes($file.FullName, $bytes)
            $skipped = Restore-VtItem "$out/skip" -Backup $there -OnDamage Skip -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed[0].FullyQualifiedErrorId | Should -Be 'BlockDamaged,VtPS.Commands.RestoreVtItemCommand'
            $skipped.Damaged | Should -Contain 'deep/random.bin'
            "$out/skip/deep/random.bin" | Should -Not -Exist
            $null = Restore-VtItem "$out/zero" -Backup $there -OnDamage Zero -ErrorAction SilentlyContinue
            (Get-Item "$out/zero/deep/random.bin").Length | Should -Be 700000

            # A record holds several small blocks: the file that the restore stops at may be another one that shares the damaged record.
            (Restore-VtItem "$out/stop" -Backup $there -ErrorAction SilentlyContinue -ErrorVariable failed).Damaged | Should -BeIn $skipped.Damaged
            $failed.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'BlockDamaged,VtPS.Commands.RestoreVtItemCommand'
            { Restore-VtItem "$out/stop" -Backup $there -ErrorAction Stop } | Should -Throw -ErrorId 'BlockDamaged,VtPS.Commands.RestoreVtItemCommand'
        }
    }

    Context 'stopping' {
        BeforeAll { $wide = Backup-VtTree (Get-WideTree 2000) -Store $store -Subset wide }

        It 'stops when it is stopped, and leaves no unfinished file' {
            $stopped = Measure-Stop -Script 'Restore-VtItem $out -Backup $id -Store $path -PassThru | ForEach-Object { Start-Sleep -Milliseconds 1; $_ }' -Variable @{ id = $wide.Id; path = $store.Path; out = $out } -Until { $args[0].Count -gt 20 }
            $stopped.RanAtStop | Should -BeTrue
            $stopped.State | Should -Be 'Stopped'
            $stopped.Seconds | Should -BeLessThan 5
            $files = Get-ChildItem $out -Recurse -File -Force
            $files.Count | Should -BeLessThan 2000
            $files | Where-Object Name -NotLike 'file*.txt' | Should -BeNullOrEmpty
            $files | Where-Object Length -EQ 0 | Should -BeNullOrEmpty
        }

        It 'stops when the reader wants no more' {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Restore-VtItem $out -Backup $wide -PassThru | Select-Object -First 1 | Should -Not -BeNullOrEmpty
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            (Get-ChildItem $out -Recurse -File -Force).Count | Should -BeLessThan 2000
        }

        It 'stops at the first error when told to' {
            $null = Restore-VtItem $out docs/readme.txt -Backup $backup
            Set-Content -LiteralPath "$out/docs/readme.txt" -Value 'Mine.'
            { Restore-VtItem $out -Backup $backup -ErrorAction Stop } | Should -Throw -ErrorId 'DestinationDiffers,VtPS.Commands.RestoreVtItemCommand'
            "$out/docs/readme.txt" | Should -FileContentMatch 'Mine.'
        }
    }
}
