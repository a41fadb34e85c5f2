Describe 'Find-VtItem' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $store = Get-FreshStore
        $first = Backup-VtTree $tree -Store $store
        Set-Content -LiteralPath "$tree/deep/new.txt" -Value 'New in the second.'
        $second = Backup-VtTree $tree -Store $store
    }

    It 'finds by name in every backup' {
        $found = Find-VtItem readme.txt -Store $store
        $found | Should -BeOfType VtPS.VtItem
        $found.Path | Should -Be @('docs/readme.txt', 'docs/readme.txt')
        $found.BackupId | Should -Be @($first.Id, $second.Id)
    }

    It 'finds by wildcards, by the whole path, at any depth' {
        (Find-VtItem '*.bin' -Store $store).Count | Should -Be 6
        (Find-VtItem 'docs/deep/*.txt' -Store $store).Name | Should -Be @('a[1].txt', 'same.txt', 'a[1].txt', 'new.txt', 'same.txt')
        (Find-VtItem '**/small.bin' -Store $store).Count | Should -Be 2
        (Find-VtItem new.txt -Store $store).BackupId | Should -Be $second.Id
    }

    It 'finds by time of writing' {
        $found = Find-VtItem -Since ([DateTime]::Now.AddHours(-1)) -Path '*.txt' -Store $store
        $found.Name | Should -Be 'new.txt'
        (Find-VtItem -Before ([DateTime]::Now.AddHours(-1)) -Path '*.txt' -Store $store).Name | Should -Not -Contain 'new.txt'
    }

    It 'finds by block' {
        $block = Get-VtItem docs/deep/random.bin -Backup $first | Get-VtBlock | Where-Object Kind -EQ Hash | Select-Object -First 1
        (Find-VtItem -Hash $block.Hash -Store $store).Path | Should -Be @('docs/deep/random.bin', 'docs/deep/random.bin')
    }

    It 'takes Stores from the pipeline, deserialised ones too' {
        ($store | Find-VtItem new.txt).Count | Should -Be 1
        ($store | ConvertTo-Deserialized | Find-VtItem new.txt).BackupId | Should -Be $second.Id
    }

    It 'feeds Restore-VtItem and Get-VtBlock' {
        $out = Get-FreshPath
        Find-VtItem new.txt -Store $store | Restore-VtItem $out | Out-Null
        "$out/docs/deep/new.txt" | Should -FileContentMatch 'New in the second.'
        (Find-VtItem small.bin -Store $store | Select-Object -First 1 | Get-VtBlock | Measure-Object Length -Sum).Sum | Should -Be 5000
    }

    It 'finds nothing where nothing is' { Find-VtItem 'no such name' -Store $store | Should -BeNullOrEmpty }

    It 'needs a Store that is there' {
        { Find-VtItem x } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.FindVtItemCommand'
        { Find-VtItem x -Store (Get-FreshPath) } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.FindVtItemCommand'
    }

    It 'refuses what is no hash' {
        { Find-VtItem -Hash 'sha256:12' -Store $store } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,VtPS.Commands.FindVtItemCommand'
    }

    It 'changes nothing' {
        $before = Get-TreeText $store.Path
        $null = Find-VtItem '*' -Store $store
        Get-TreeText $store.Path | Should -Be $before
    }

    Context 'stopping' {
        BeforeAll { $null = Backup-VtTree (Get-WideTree 2000) -Store $store -Subset wide }

        It 'stops when the reader wants no more' {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Find-VtItem 'file*' -Store $store | Select-Object -First 1 | Should -Not -BeNullOrEmpty
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        }

        It 'stops when it is stopped' {
            $stopped = Measure-Stop -Script 'Find-VtItem "file*" -Store $path | ForEach-Object { Start-Sleep -Milliseconds 5; $_ }' -Variable @{ path = $store.Path } -Until { $args[0].Count -gt 5 }
            $stopped.RanAtStop | Should -BeTrue
            $stopped.Seconds | Should -BeLessThan 5
        }

        It 'stops at the first error when told to' {
            $damaged = Get-FreshStore
            $lost = Backup-VtTree $tree -Store $damaged
            Set-Content -LiteralPath "$($damaged.Path)/backups/$($lost.Id).json" -Value '{'
            { Find-VtItem '*' -Store $damaged -ErrorAction Stop } | Should -Throw
        }
    }

    It 'tells of a damaged directory and goes on with the others' {
        $damaged = Get-FreshStore
        $source = Get-SampleTree
        $null = Backup-VtTree $source -Store $damaged
        $old = Get-ChildItem -LiteralPath (Join-Path $damaged.Path 'data') -Recurse -File
        $null = New-Item -ItemType Directory -Path "$source/later"
        Set-Content -LiteralPath "$source/later/late.txt" -Value 'Only the second backup has this, in a directory of its own.'
        Get-VtBackup -Store $damaged | Remove-VtBackup -Confirm:$false
        $backup = Backup-VtTree $source -Store $damaged
        $old | Remove-Item -Force
        $items = Find-VtItem '*.txt' -Store $damaged -ErrorAction SilentlyContinue -ErrorVariable errors
        $items.Path | Should -Contain 'docs/later/late.txt'
        $items.Path | Should -Contain 'docs/readme.txt'
        $errors.Count | Should -Be 1
        $errors[0].FullyQualifiedErrorId | Should -Be 'BlockNotFound,VtPS.Commands.FindVtItemCommand'
        $errors[0].Exception.Message | Should -BeLike "The directory 'docs/deep' of backup $($backup.Id) cannot be read: *"
    }
}
