Describe 'Get-VtBlock' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $store = Get-FreshStore @{ AverageBlock = 64KB }
        $backup = Backup-VtTree $tree -Store $store
        $random = Get-VtItem docs/deep/random.bin -Backup $backup
    }

    It 'gives the blocks of an item in order' {
        $blocks = Get-VtBlock -Item $random
        $blocks | Should -BeOfType VtPS.VtBlock
        $blocks.Count | Should -BeGreaterThan 2
        ($blocks | Measure-Object Length -Sum).Sum | Should -Be 700000
        $end = 0
        foreach ($block in $blocks) {
            $block.Offset | Should -Be $end
            $block.IsPresent | Should -BeTrue
            $block.DataFile | Should -Match '^[0-9a-f]{32}$'
            $end += $block.Length
        }
    }

    It 'gives a run for zeros and a literal for a few bytes' {
        $zeros = Get-VtItem docs/deep/zeros.bin -Backup $backup | Get-VtBlock
        $zeros.Kind | Select-Object -Unique | Should -Be 'Run'
        ($zeros | Measure-Object Length -Sum).Sum | Should -Be 1000000
        (Get-VtItem docs/readme.txt -Backup $backup | Get-VtBlock).Kind | Should -Be 'Literal'
    }

    It 'gives the bytes of an item' {
        foreach ($path in 'docs/deep/random.bin', 'docs/deep/zeros.bin', 'docs/readme.txt', 'docs/empty.txt') {
            $all = [IO.MemoryStream]::new()
            Get-VtItem $path -Backup $backup | Get-VtBlock -AsByteStream | ForEach-Object {
                , $_ | Should -BeOfType byte[]
                $all.Write($_, 0, $_.Length)
            }
            $expected = [IO.File]::ReadAllBytes((Join-Path (Split-Path $tree) $path))
            [Linq.Enumerable]::SequenceEqual($all.ToArray(), $expected) | Should -BeTrue -Because $path
        }
    }

    It 'gives a block by hash, as text and as VtHash' {
        $block = Get-VtBlock -Item $random | Select-Object -First 1
        (Get-VtBlock $block.Hash -Store $store).Length | Should -Be $block.Length
        (Get-VtBlock ([VtPS.VtHash]::Parse($block.Hash)) -Store $store).Hash | Should -Be $block.Hash
        ($block.Hash, $block.Hash | Get-VtBlock -Store $store).Count | Should -Be 2
    }

    It 'gives bytes whose hash is the block''s' {
        $block = Get-VtBlock -Item $random | Select-Object -First 1
        $bytes = Get-VtBlock $block.Hash -Store $store -AsByteStream
        'sha256:' + [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([byte[]]$bytes)).ToLowerInvariant() | Should -Be $block.Hash
    }

    It 'gives every block that a backup needs, each once' {
        $blocks = $backup | Get-VtBlock
        ($blocks.Hash | Sort-Object -Unique).Count | Should -Be $blocks.Count
        foreach ($hash in (Get-VtBlock -Item $random).Hash) { $blocks.Hash | Should -Contain $hash }
        (Get-VtBackup -Store $store | Get-VtBlock | Measure-Object StoredLength -Sum).Sum | Should -BeGreaterThan 0
        (Get-VtBlock -Backup latest -Store $store).Count | Should -Be $blocks.Count
        ($backup.Id | Get-VtBlock -Store $store).Count | Should -Be $blocks.Count
        ($backup | ConvertTo-Deserialized | Get-VtBlock).Count | Should -Be $blocks.Count
    }

    It 'gives every block of a Store, sorted by hash' {
        $hashes = (Get-VtBlock -Store $store).Hash
        $hashes.Count | Should -Be (Measure-VtStore $store).BlockCount
        $hashes | Should -Be ([string[]]($hashes | Sort-Object -Unique))
        foreach ($hash in ($backup | Get-VtBlock).Hash) { $hashes | Should -Contain $hash }
    }

    It 'takes deserialised items' {
        (Get-VtBlock -Item ($random | ConvertTo-Deserialized)).Hash | Should -Be (Get-VtBlock -Item $random).Hash
        ($random | ConvertTo-Deserialized | Get-VtBlock).Hash | Should -Be (Get-VtBlock -Item $random).Hash
    }

    It 'cuts a live file as the Store would, and stores nothing' {
        $before = Get-TreeText $store.Path
        $live = Get-VtBlock -Path "$tree/deep/random.bin" -Store $store
        $live.Hash | Should -Be (Get-VtBlock -Item $random).Hash
        $live.IsPresent | Select-Object -Unique | Should -BeTrue
        $other = Get-FreshPath
        [IO.File]::WriteAllBytes($other, (Get-RandomByte -Count 300000 -Seed 77))
        (Get-VtBlock -Path $other -Store $store).IsPresent | Select-Object -Unique | Should -BeFalse
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'takes live files by wildcards, literally, and from Get-ChildItem' {
        (Get-VtBlock -Path "$tree/deep/*.bin" -Store $store).Path | Sort-Object -Unique | Should -HaveCount 2
        (Get-VtBlock -LiteralPath "$tree/deep/a[1].txt" -Store $store).Kind | Should -Be 'Literal'
        (Get-ChildItem -LiteralPath "$tree/deep" -Filter *.bin | Get-VtBlock -Store $store | Measure-Object Length -Sum).Sum | Should -Be 1700000
    }

    It 'refuses $null' {
        { Get-VtBlock -Hash $null -Store $store } | Should -Throw -ErrorId 'ParameterArgumentValidationError,VtPS.Commands.GetVtBlockCommand'
        { $null | Get-VtBlock -Store $store -ErrorAction Stop } | Should -Throw
        @() | Get-VtBlock -Store $store | Should -BeNullOrEmpty
    }

    It 'says that there is no such block, and goes on' {
        $block = Get-VtBlock -Item $random | Select-Object -First 1
        $none = 'sha256:' + '0' * 64
        $found = Get-VtBlock $none, $block.Hash -Store $store -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.Hash | Should -Be $block.Hash
        $failed.FullyQualifiedErrorId | Should -Be 'BlockNotFound,VtPS.Commands.GetVtBlockCommand'
        $failed[0].TargetObject.ToString() | Should -Be $none
    }

    It 'refuses a hash of another function' {
        { Get-VtBlock ('sha512:' + '0' * 128) -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidHash,VtPS.Commands.GetVtBlockCommand'
    }

    It 'says of a text that is neither hash nor backup' {
        { 'ffffffffffff' | Get-VtBlock -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,VtPS.Commands.GetVtBlockCommand'
    }

    It 'says that there is no such file' {
        { Get-VtBlock -Path (Get-FreshPath) -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.GetVtBlockCommand'
        { Get-VtBlock -Path 'Env:HOME' -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFileSystem,VtPS.Commands.GetVtBlockCommand'
    }

    It 'needs a Store that is there' {
        { Get-VtBlock } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.GetVtBlockCommand'
        { Get-VtBlock -Store (Get-FreshPath) } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.GetVtBlockCommand'
        { Get-VtBlock -Item $random -Store (Get-FreshStore) } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.GetVtBlockCommand'
        { Get-VtBlock -Backup $backup -Store (Get-FreshStore) } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.GetVtBlockCommand'
    }

    Context 'stopping' {
        BeforeAll { $wide = Backup-VtTree (Get-WideTree 2000) -Store $store -Subset wide }

        It 'stops when the reader wants no more' {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Get-VtBlock -Store $store | Select-Object -First 1 | Should -Not -BeNullOrEmpty
            $wide | Get-VtBlock | Select-Object -First 1 | Should -Not -BeNullOrEmpty
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        }

        It 'stops when it is stopped' {
            $stopped = Measure-Stop -Script 'Get-VtBlock -Store $path | ForEach-Object { Start-Sleep -Milliseconds 50; $_ }' -Variable @{ path = $store.Path } -Until { $args[0].Count -gt 2 }
            $stopped.RanAtStop | Should -BeTrue
            $stopped.Seconds | Should -BeLessThan 5
        }

        It 'stops at the first error when told to' {
            $seen = [Collections.Generic.List[object]]::new()
            $block = Get-VtBlock -Item $random | Select-Object -First 1
            { Get-VtBlock ('sha256:' + '0' * 64), $block.Hash -Store $store -ErrorAction Stop | ForEach-Object { $seen.Add($_) } } | Should -Throw -ErrorId 'BlockNotFound,VtPS.Commands.GetVtBlockCommand'
            $seen.Count | Should -Be 0
        }
    }
}
