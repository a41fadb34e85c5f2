Describe 'Get-VtItem' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $store = Get-FreshStore
        $backup = Backup-VtTree $tree -Store $store
    }

    It 'lists the top' {
        $items = Get-VtItem -Backup $backup
        $items.Path | Should -Be 'docs'
        $items | Should -BeOfType VtPS.VtItem
        $items.BackupId | Should -Be $backup.Id
        $items.ItemType | Should -Be 'Directory'
    }

    It 'lists a directory, and a file itself' {
        (Get-VtItem docs -Backup $backup).Name | Should -Be @('.hidden', 'deep', 'empty', 'empty.txt', 'link', 'readme.txt')
        (Get-VtItem docs/readme.txt -Backup $backup).Path | Should -Be 'docs/readme.txt'
    }

    It 'knows what the source knows' -Skip:$IsWindows {
        foreach ($item in Get-VtItem -Backup $backup -Recurse) {
            $there = Get-Item -LiteralPath (Join-Path (Split-Path $tree) $item.Path) -Force
            $item.UnixMode | Should -Be $there.UnixMode -Because $item.Path
            $item.LastWriteTime | Should -Be $there.LastWriteTime -Because $item.Path
            $item.User | Should -Be $there.User
            $item.LinkTarget | Should -Be $there.LinkTarget
            if ($item.ItemType -eq 'File') { $item.Length | Should -Be $there.Length }
        }
    }

    It 'lists everything below' {
        $expected = Get-ChildItem -LiteralPath $tree -Recurse -Force | ForEach-Object { 'docs/' + [IO.Path]::GetRelativePath($tree, $_.FullName).Replace('\', '/') }
        (Get-VtItem docs -Backup $backup -Recurse).Path | Sort-Object -CaseSensitive | Should -Be ($expected | Sort-Object -CaseSensitive)
    }

    It 'stops at a depth' {
        (Get-VtItem -Backup $backup -Depth 1).Path | Should -Contain 'docs/deep'
        (Get-VtItem -Backup $backup -Depth 1).Path | Should -Not -Contain 'docs/deep/deeper'
        (Get-VtItem -Backup $backup -Recurse -Depth 0).Path | Should -Be 'docs'
    }

    It 'takes wildcards in every name' {
        (Get-VtItem 'd*/deep/*.bin' -Backup $backup).Name | Should -Be @('random.bin', 'zeros.bin')
        (Get-VtItem 'docs/deep/a`[1`].txt' -Backup $backup).Name | Should -Be 'a[1].txt'
    }

    It 'filters by name and kind' {
        (Get-VtItem -Backup $backup -Recurse -Filter '*.txt').Count | Should -Be 4
        (Get-VtItem -Backup $backup -Recurse -File).ItemType | Should -Not -Contain 'Directory'
        (Get-VtItem -Backup $backup -Recurse -Directory).Name | Should -Be @('docs', 'deep', 'deeper', 'empty')
        { Get-VtItem -Backup $backup -File -Directory } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.GetVtItemCommand'
    }

    It 'takes backups by id, prefix, latest, pipeline, deserialised' {
        (Get-VtItem -Backup $backup.Id -Store $store).Path | Should -Be 'docs'
        (Get-VtItem -Id $backup.Id.Substring(0, 10) -Store $store).Path | Should -Be 'docs'
        (Get-VtItem -Backup latest -Store $store).Path | Should -Be 'docs'
        ($backup | Get-VtItem docs/deep/deeper).Name | Should -Be 'small.bin'
        ($backup, $backup | Get-VtItem).Count | Should -Be 2
        ($backup | ConvertTo-Deserialized | Get-VtItem).Path | Should -Be 'docs'
        ('latest' | Get-VtItem -Store $store).Path | Should -Be 'docs'
    }

    It 'composes' {
        $largest = Get-VtBackup -Store $store -Last 1 | Get-VtItem -Recurse -File | Sort-Object Length -Descending | Select-Object -First 2
        $largest.Name | Should -Be @('zeros.bin', 'random.bin')
    }

    It 'says that there is no such item, and goes on' {
        $items = Get-VtItem docs/none, docs/readme.txt -Backup $backup -ErrorAction SilentlyContinue -ErrorVariable failed
        $items.Path | Should -Be 'docs/readme.txt'
        $failed.FullyQualifiedErrorId | Should -Be 'ItemNotFound,VtPS.Commands.GetVtItemCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject | Should -Be 'docs/none'
    }

    It 'does not match in another case' -Skip:$IsWindows {
        { Get-VtItem DOCS -Backup $backup -ErrorAction Stop } | Should -Throw -ErrorId 'ItemNotFound,VtPS.Commands.GetVtItemCommand'
    }

    It 'says that there is no such backup' {
        { Get-VtItem -Backup ffffffffffff -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,VtPS.Commands.GetVtItemCommand'
    }

    It 'needs a Store for an id' {
        { Get-VtItem -Backup latest } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.GetVtItemCommand'
    }

    It 'refuses a Store that is not the backup''s' {
        { Get-VtItem -Backup $backup -Store (Get-FreshStore) } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.GetVtItemCommand'
        { $backup | ConvertTo-Deserialized | Get-VtItem -Store (Get-FreshStore) } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.GetVtItemCommand'
    }

    It 'takes the Store by another path' {
        $copy = Get-FreshPath 'copy'
        Copy-Item -LiteralPath $store.Path -Destination $copy -Recurse
        (Get-VtItem -Backup $backup -Store $copy).Path | Should -Be 'docs'
    }

    It 'changes nothing' {
        $before = Get-TreeText $store.Path
        $null = Get-VtItem -Backup $backup -Recurse
        Get-TreeText $store.Path | Should -Be $before
    }

    Context 'stopping' {
        BeforeAll { $wide = Backup-VtTree (Get-WideTree 2000) -Store $store -Subset wide }

        It 'stops when the reader wants no more' {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Get-VtItem -Backup $wide -Recurse | Select-Object -First 1).ItemType | Should -Be 'Directory'
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        }

        It 'stops when it is stopped' {
            $stopped = Measure-Stop -Script 'Get-VtItem -Backup $id -Store $path -Recurse | ForEach-Object { Start-Sleep -Milliseconds 5; $_ }' -Variable @{ id = $wide.Id; path = $store.Path } -Until { $args[0].Count -gt 5 }
            $stopped.RanAtStop | Should -BeTrue
            $stopped.State | Should -Be 'Stopped'
            $stopped.Seconds | Should -BeLessThan 5
        }

        It 'stops at the first error when told to' {
            $seen = [Collections.Generic.List[object]]::new()
            { Get-VtItem docs/none, docs/readme.txt -Backup $backup -ErrorAction Stop | ForEach-Object { $seen.Add($_) } } | Should -Throw -ErrorId 'ItemNotFound,VtPS.Commands.GetVtItemCommand'
            $seen.Count | Should -Be 0
        }
    }

    It 'tells of a damaged directory and goes on with the others' {
        $damaged = Get-FreshStore
        $source = Get-SampleTree
        $null = Backup-VtTree $source -Store $damaged
        $old = Get-ChildItem -LiteralPath (Join-Path $damaged.Path 'data') -Recurse -File
        $null = New-Item -ItemType Directory -Path "$source/later"
        Set-Content -LiteralPath "$source/later/late.txt" -Value 'Only the second backup has this, in a directory of its own.'
        $backup = Backup-VtTree $source -Store $damaged
        $old | Remove-Item -Force
        $items = $backup | Get-VtItem -Recurse -ErrorAction SilentlyContinue -ErrorVariable errors
        $items.Path | Should -Contain 'docs/deep'
        $items.Path | Should -Contain 'docs/later/late.txt'
        $errors.Count | Should -Be 1
        $errors[0].FullyQualifiedErrorId | Should -Be 'BlockNotFound,VtPS.Commands.GetVtItemCommand'
        $errors[0].Exception.Message | Should -BeLike "The directory 'docs/deep' of backup $($backup.Id) cannot be read: *"
    }
}
