Describe 'Backup-VtTree' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree

        # A file whose status is younger than two seconds is read again next time.
        Start-Sleep -Milliseconds 2200
    }

    BeforeEach { $store = Get-FreshStore }

    Context 'what is backed up' {
        It 'backs a tree up and says what it did' {
            $backup = Backup-VtTree $tree -Store $store -Tag nightly, home -Comment 'A first one.'
            $backup | Should -BeOfType VtPS.VtBackup
            $backup.Status | Should -Be 'Complete'
            $backup.StoreId | Should -Be $store.StoreId
            $backup.SourcePath | Should -Be $tree
            $backup.FileCount | Should -Be (Get-ChildItem -LiteralPath $tree -Recurse -Force -File | Where-Object LinkType -NE SymbolicLink).Count
            $backup.FilesNew | Should -BeGreaterThan 0
            $backup.Tag | Should -Be @('home', 'nightly')
            $backup.Comment | Should -Be 'A first one.'
            $backup.HostName | Should -Not -BeNullOrEmpty
            (Get-VtBackup -Store $store).Id | Should -Be $backup.Id
        }

        It 'reads nothing again that did not change' {
            $first = Backup-VtTree $tree -Store $store
            $second = Backup-VtTree $tree -Store $store
            $second.BytesRead | Should -Be 0
            $second.DataBlocksNew | Should -Be 0
            $second.FilesUnchanged | Should -Be $first.FileCount
            $second.BasedOn | Should -Contain $first.Id
            $second.Root | Should -Be $first.Root
        }

        It 'names top entries by the last name of each path' {
            $one = Join-Path (Get-FreshPath) 'one'
            $two = Join-Path (Get-FreshPath) 'two'
            $null = New-Item -ItemType Directory $one, $two
            Backup-VtTree $one, $two -Store $store | Get-VtItem | ForEach-Object Path | Should -Be @('one', 'two')
        }

        It 'refuses two paths of one name' {
            $other = Get-SampleTree
            { Backup-VtTree $tree, $other -Store $store } | Should -Throw -ErrorId 'PathNameClash,VtPS.Commands.BackupVtTreeCommand'
            Get-VtBackup -Store $store | Where-Object Status -NE Interrupted | Should -BeNullOrEmpty
        }

        It 'stores paths relative to the root' {
            $backup = Backup-VtTree "$tree/deep/deeper", "$tree/readme.txt" -Root $tree -Store $store
            (Get-VtItem -Backup $backup -Recurse).Path | Should -Be @('deep', 'deep/deeper', 'deep/deeper/small.bin', 'readme.txt')
        }

        It 'finds names with a dot by wildcards, and names with brackets by their letters' {
            (Backup-VtTree "$tree/*hid*" -Store $store | Get-VtItem).Path | Should -Be '.hidden'
            (Backup-VtTree "$tree/deep/a[1].txt" -Store $store | Get-VtItem).Path | Should -Be 'a[1].txt'
        }

        It 'takes paths relative to the location' {
            Push-Location $tree
            try { (Backup-VtTree deep -Store $store).SourcePath | Should -Be "$tree/deep" }
            finally { Pop-Location }
        }

        It 'takes a path of a drive of PowerShell' {
            $null = New-PSDrive -Name sample -PSProvider FileSystem -Root $tree
            (Backup-VtTree 'sample:/deep' -Store $store).SourcePath | Should -Be "$tree/deep"
            (Backup-VtTree 'sample:/dee*' -Store $store).SourcePath | Should -Be "$tree/deep"
        }

        It 'leaves out what is excluded' {
            $backup = Backup-VtTree $tree -Store $store -Exclude '*.bin', '/deep/deeper'
            $paths = (Get-VtItem -Backup $backup -Recurse).Path
            $paths | Should -Not -Contain 'docs/deep/random.bin'
            $paths | Should -Not -Contain 'docs/deep/deeper'
            $paths | Should -Contain 'docs/deep/a[1].txt'
            $backup.ItemsExcluded | Should -BeGreaterThan 0
        }

        It 'leaves out what a file of patterns excludes, and large files' {
            $patterns = Get-FreshPath
            Set-Content $patterns '*.txt'
            $paths = (Backup-VtTree $tree -Store $store -ExcludeFrom $patterns -ExcludeLargerThan 10KB | Get-VtItem -Recurse -File | Where-Object ItemType -EQ File).Path
            $paths | Sort-Object | Should -Be @('docs/.hidden', 'docs/deep/deeper/small.bin')
        }

        It 'gives subset and host the names it is told' {
            $backup = Backup-VtTree $tree -Store $store -Subset papers -HostName elsewhere
            $backup.Subset | Should -Be 'papers'
            $backup.HostName | Should -Be 'elsewhere'
        }

        It 'compares with the bases it is told' {
            $first = Backup-VtTree $tree -Store $store -Subset a
            (Backup-VtTree $tree -Store $store -Subset b -Base $first).BytesRead | Should -Be 0
            (Backup-VtTree $tree -Store $store -Subset c -Base $first.Id).BytesRead | Should -Be 0
            (Backup-VtTree $tree -Store $store -Subset a -Base @()).BytesRead | Should -Be $first.BytesRead
            { Backup-VtTree $tree -Store $store -Base 'ffffffffffffffffffffffffffffffff' } | Should -Throw -ErrorId 'BackupNotFound,VtPS.Commands.BackupVtTreeCommand'
        }

        It 'reads everything when told to test by content' {
            $first = Backup-VtTree $tree -Store $store
            $second = Backup-VtTree $tree -Store $store -ChangeTest Content
            $second.BytesRead | Should -Be $first.BytesRead
            $second.DataBlocksNew | Should -Be 0
        }
    }

    Context 'the pipeline' {
        It 'makes one backup of all paths' {
            $one = Get-FreshPath 'one'
            $two = Get-FreshPath 'two'
            $null = New-Item -ItemType Directory $one, $two
            $backup = $one, $two | Backup-VtTree -Store $store
            @($backup).Count | Should -Be 1
            $backup.SourcePath | Sort-Object | Should -Be @($one, $two | Sort-Object)
        }

        It 'takes what Get-ChildItem gives, literally' {
            $backup = Get-ChildItem -LiteralPath "$tree/deep" -File | Backup-VtTree -Root $tree -Store $store
            (Get-VtItem -Backup $backup deep).Path | Should -Be @('deep/a[1].txt', 'deep/random.bin', 'deep/same.txt', 'deep/zeros.bin')
        }

        It 'takes file objects of .NET' {
            $backup = [IO.FileInfo]::new("$tree/deep/a[1].txt") | Backup-VtTree -Store $store
            $backup.SourcePath | Should -Be "$tree/deep/a[1].txt"
        }

        It 'takes deserialised file objects' {
            $backup = Get-Item -LiteralPath "$tree/deep/a[1].txt" | ConvertTo-Deserialized | Backup-VtTree -Store $store
            $backup.FileCount | Should -Be 1
        }

        It 'takes lines of text' {
            $list = Get-FreshPath
            Set-Content $list "$tree/deep", "$tree/readme.txt"
            (Get-Content $list | Backup-VtTree -Store $store | Get-VtItem).Path | Should -Be @('deep', 'readme.txt')
        }

        It 'takes more paths than wait at once' {
            $wide = Get-WideTree 1500
            $backup = Get-ChildItem -LiteralPath $wide | Backup-VtTree -Root $wide -Store $store
            $backup.FileCount | Should -Be 1500
            $backup.Status | Should -Be 'Complete'
        }

        It 'refuses an empty pipeline' {
            { @() | Backup-VtTree -Store $store } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.BackupVtTreeCommand'
        }
    }

    Context 'lists and streams' {
        It 'takes a list with NUL bytes, as bytes' -Skip:$IsWindows {
            $list = Get-FreshPath
            [IO.File]::WriteAllBytes($list, [Text.Encoding]::UTF8.GetBytes("deep/a[1].txt`0$tree/readme.txt`0"))
            $backup = Backup-VtTree -FileList $list -Root $tree -Store $store
            (Get-VtItem -Backup $backup -Recurse -File).Path | Should -Be @('deep/a[1].txt', 'readme.txt')
        }

        It 'takes names that are not UTF-8 from a list' -Skip:(-not $IsLinux) {
            $odd = Get-FreshPath
            $null = New-Item -ItemType Directory $odd
            bash -c 'printf content > "$1"/$''a\xffb''' _ $odd
            $list = Get-FreshPath
            [IO.File]::WriteAllBytes($list, [byte[]](0x61, 0xff, 0x62, 0))
            (Backup-VtTree -FileList $list -Root $odd -Store $store | Get-VtItem).Path | Should -Be 'a\xffb'
            (Backup-VtTree "$odd/*" -Store $store | Get-VtItem).Path | Should -Be 'a\xffb'
            bash -c 'rm -r "$1"' _ $odd
        }

        It 'needs a root for a list' {
            { Backup-VtTree -FileList 'x' -Store $store } | Should -Throw -ErrorId 'MissingMandatoryParameter,VtPS.Commands.BackupVtTreeCommand'
        }

        It 'says that there is no list' {
            { Backup-VtTree -FileList (Get-FreshPath) -Root $tree -Store $store } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.BackupVtTreeCommand'
        }

        It 'makes one file of a stream' {
            $stream = [IO.MemoryStream]::new((Get-RandomByte -Count 900000 -Seed 9))
            $backup = Backup-VtTree -InputStream $stream -Name dump.sql -Store $store
            $item = Get-VtItem -Backup $backup
            $item.Path | Should -Be 'dump.sql'
            $item.Length | Should -Be 900000
            $stream.CanRead | Should -BeTrue
        }

        It 'refuses a name with a separator' {
            { Backup-VtTree -InputStream ([IO.MemoryStream]::new()) -Name 'a/b' -Store $store } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.BackupVtTreeCommand'
        }
    }

    Context 'rows' {
        It 'gives a row for each item with -PassThru, and no summary' {
            $rows = Backup-VtTree $tree -Store $store -PassThru
            $rows | Should -BeOfType VtPS.VtFileResult
            ($rows | Where-Object Path -EQ 'docs/deep/random.bin').Action | Should -Be 'New'
            ($rows | Where-Object Path -EQ 'docs/deep/random.bin').BytesNew | Should -Be 700000
            $again = Backup-VtTree $tree -Store $store -PassThru | Where-Object ItemType -EQ File
            $again.Action | Select-Object -Unique | Should -Be 'Unchanged'
        }
    }

    Context '-WhatIf' {
        It 'changes nothing and says the counts' {
            $null = Backup-VtTree $tree -Store $store
            $before = Get-TreeText $store.Path
            $source = Get-TreeText $tree
            Backup-VtTree $tree -Store $store -WhatIf | Should -BeNullOrEmpty
            $tree | Backup-VtTree -Store $store -WhatIf | Should -BeNullOrEmpty
            Get-TreeText $store.Path | Should -Be $before
            Get-TreeText $tree | Should -Be $source
            $shell = [powershell]::Create()
            $transcript = Get-FreshPath
            $null = $shell.AddScript({
                    param($manifest, $tree, $store, $transcript)
                    Import-Module $manifest
                    $null = Start-Transcript -Path $transcript
                    Backup-VtTree $tree -Store $store -WhatIf
                    $null = Stop-Transcript
                }).AddArgument($ManifestPath).AddArgument($tree).AddArgument($store.Path).AddArgument($transcript).Invoke()
            $shell.Dispose()
            Get-Content $transcript -Raw | Should -Match '0 new, 0 changed and \d+ unchanged files'
        }

        It 'changes nothing for a stream, and does not read it' {
            $stream = [IO.MemoryStream]::new([byte[]]::new(1000))
            Backup-VtTree -InputStream $stream -Name x -Store $store -WhatIf
            $stream.Position | Should -Be 0
            Get-VtBackup -Store $store | Should -BeNullOrEmpty
        }
    }

    Context 'errors' {
        It 'needs a Store' {
            { Backup-VtTree $tree } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.BackupVtTreeCommand'
        }

        It 'takes the Store of VT_STORE' {
            $env:VT_STORE = $store.Path
            try { (Backup-VtTree $tree).StoreId | Should -Be $store.StoreId }
            finally { $env:VT_STORE = $null }
        }

        It 'makes no Store' {
            $path = Get-FreshPath
            { Backup-VtTree $tree -Store $path } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.BackupVtTreeCommand'
            $path | Should -Not -Exist
        }

        It 'makes no backup when nothing is found' {
            { Backup-VtTree (Get-FreshPath), (Get-FreshPath) -Store $store -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.BackupVtTreeCommand'
            { Backup-VtTree "$tree/*.none" -Store $store } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.BackupVtTreeCommand'
            Get-VtBackup -Store $store | Should -BeNullOrEmpty
        }

        It 'goes on without a path that is not there' {
            $backup = Backup-VtTree (Get-FreshPath), $tree -Store $store -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed.FullyQualifiedErrorId | Should -Be 'PathNotFound,VtPS.Commands.BackupVtTreeCommand'
            $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
            $backup.FileCount | Should -BeGreaterThan 0
        }

        It 'refuses paths of other providers' {
            { Backup-VtTree 'Env:HOME' -Store $store } | Should -Throw -ErrorId 'PathNotFileSystem,VtPS.Commands.BackupVtTreeCommand'
            { Get-Item Env:PATH | Backup-VtTree -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFileSystem,VtPS.Commands.BackupVtTreeCommand'
        }

        It 'says of a file that cannot be read, and goes on' -Skip:(-not $IsLinux) {
            # Nobody may read this address space at offset 0, whoever asks.
            $backup = Backup-VtTree -LiteralPath "/proc/$PID/mem", "$tree/readme.txt" -Store $store -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed.FullyQualifiedErrorId | Should -Be 'SourceReadFailed,VtPS.Commands.BackupVtTreeCommand'
            $failed[0].TargetObject | Should -Not -BeNullOrEmpty
            $backup.Status | Should -Be 'CompleteWithErrors'
            $backup.ItemsFailed | Should -Be 1
            $backup.FileCount | Should -Be 1
        }
    }

    Context 'progress' {
        It 'says how far it is' {
            $stream = Get-EndlessStream
            $stopped = Measure-Stop -Script 'Backup-VtTree -InputStream $stream -Name endless -Store $path' -Variable @{ stream = $stream; path = $store.Path } -Until { $stream.Given -gt 40MB }
            $stopped.Progress.Count | Should -BeGreaterThan 0
            $stopped.Progress[0].Activity | Should -Not -BeNullOrEmpty
            $stopped.Progress[-1].StatusDescription | Should -Match 'MB'
        }

        It 'says nothing when it is not to' {
            $stream = Get-EndlessStream
            $stopped = Measure-Stop -Script '$ProgressPreference = "SilentlyContinue"; Backup-VtTree -InputStream $stream -Name endless -Store $path' -Variable @{ stream = $stream; path = $store.Path } -Until { $stream.Given -gt 20MB }
            $stopped.RanAtStop | Should -BeTrue
            $stopped.Progress.Count | Should -Be 0
        }
    }

    Context 'stopping' {
        It 'seals an Interrupted backup when it is stopped' {
            $stream = Get-EndlessStream
            $stopped = Measure-Stop -Script 'Backup-VtTree -InputStream $stream -Name endless -Store $path' -Variable @{ stream = $stream; path = $store.Path } -Until { $stream.Given -gt 20MB }
            $stopped.RanAtStop | Should -BeTrue
            $stopped.State | Should -Be 'Stopped'
            $stopped.Seconds | Should -BeLessThan 5
            $stopped.Output | Should -BeNullOrEmpty
            (Get-VtBackup -Store $store).Status | Should -Be 'Interrupted'
            Get-ChildItem -LiteralPath "$($store.Path)/leases" | Should -BeNullOrEmpty
        }

        It 'seals an Interrupted backup when a service manager ends PowerShell' -Skip:$IsWindows {
            $script = ". '$PSScriptRoot/common.ps1'; Backup-VtTree -InputStream (Get-EndlessStream 20000000) -Name endless -Store '$($store.Path)'"
            $child = Start-Process pwsh -ArgumentList '-NoProfile', '-NonInteractive', '-Command', "`"$script`"" -PassThru
            $watch = [Diagnostics.Stopwatch]::StartNew()
            while (-not (Get-ChildItem -LiteralPath "$($store.Path)/tmp" -File -ErrorAction Ignore) -and $watch.Elapsed.TotalSeconds -lt 60) { Start-Sleep -Milliseconds 100 }
            kill -TERM $child.Id
            $child.WaitForExit(30000) | Should -BeTrue
            $child.ExitCode | Should -Not -Be 0
            (Get-VtBackup -Store $store).Status | Should -Be 'Interrupted'
            Get-ChildItem -LiteralPath "$($store.Path)/leases" | Should -BeNullOrEmpty
        }

        It 'seals an Interrupted backup when the reader wants no more' {
            $wide = Get-WideTree 2000
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $row = Backup-VtTree $wide -Store $store -PassThru | Select-Object -First 1
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            $row | Should -BeOfType VtPS.VtFileResult
            (Get-VtBackup -Store $store).Status | Should -Be 'Interrupted'
            Get-ChildItem -LiteralPath "$($store.Path)/leases" | Should -BeNullOrEmpty
        }

        It 'seals an Interrupted backup when the first error is to stop it' -Skip:(-not $IsLinux) {
            $wide = Get-WideTree 2000
            { Backup-VtTree -LiteralPath "/proc/$PID/mem", $wide -Store $store -ErrorAction Stop } | Should -Throw -ErrorId 'SourceReadFailed,VtPS.Commands.BackupVtTreeCommand'
            (Get-VtBackup -Store $store).Status | Should -Be 'Interrupted'
            Get-ChildItem -LiteralPath "$($store.Path)/leases" | Should -BeNullOrEmpty
        }

        It 'leaves nothing when something upstream throws before all paths are known' {
            $before = Get-TreeText $store.Path
            { & { "$tree/deep"; Start-Sleep -Milliseconds 300; throw 'upstream' } | Backup-VtTree -Store $store } | Should -Throw 'upstream'
            Get-TreeText $store.Path | Should -Be $before
        }

        It 'seals an Interrupted backup when something downstream throws' {
            $wide = Get-WideTree 1500
            { Backup-VtTree $wide -Store $store -PassThru | ForEach-Object { throw 'downstream' } } | Should -Throw 'downstream'
            (Get-VtBackup -Store $store).Status | Should -Be 'Interrupted'
            Get-ChildItem -LiteralPath "$($store.Path)/leases" | Should -BeNullOrEmpty
        }

        It 'goes on from an Interrupted backup' {
            $wide = Get-WideTree 1500
            $null = Backup-VtTree $wide -Store $store -PassThru | Select-Object -First 1
            $backup = Backup-VtTree $wide -Store $store
            $backup.Status | Should -Be 'Complete'
            $backup.FileCount | Should -Be 1500
        }
    }
}
