Describe 'Sync-VtPeer' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $program = Join-Path $RepositoryRoot 'src/VtPS.Cli/bin/Release/net10.0/vt.dll'

        # Folders with files of given content; gives their paths.
        function Get-FreshTree {
            param([hashtable[]] $With)
            foreach ($files in $With) {
                $root = Get-FreshPath 'tree'
                $null = New-Item -ItemType Directory -Path $root
                foreach ($name in $files.Keys) {
                    $null = New-Item -ItemType File -Path "$root/$name" -Force
                    [IO.File]::WriteAllText("$root/$name", $files[$name])
                }

                $root
            }
        }

        # What users see of a tree: each file with its content.
        function Get-Content-Of {
            param([string] $Root)
            Get-ChildItem -LiteralPath $Root -Recurse -File -Force | Where-Object FullName -NotLike '*/.vt/*' | Sort-Object FullName |
                ForEach-Object { '{0}={1}' -f [IO.Path]::GetRelativePath($Root, $_.FullName), [IO.File]::ReadAllText($_.FullName) }
        }

        # Every byte and every time below two roots, .vt included, and the roots' own.
        function Get-Everything {
            param([string[]] $Root)
            foreach ($one in $Root) {
                (Get-Item -LiteralPath $one -Force).LastWriteTimeUtc.Ticks
                Get-TreeText -Path $one
            }
        }
    }

    Context 'two trees' {
        It 'makes them equal, tells what it did, and does nothing the next time' {
            $a, $b = Get-FreshTree @{ 'one.txt' = '1'; 'sub/two.txt' = '2' }, @{ 'three.txt' = '3' }
            $result = Sync-VtPeer $a $b
            $result | Should -BeOfType VtPS.VtSyncResult
            @($result).Count | Should -Be 1
            $result.Status | Should -Be 'Complete'
            $result.LocalActions, $result.RemoteActions, $result.Conflicts | Should -Be 1, 3, 0
            $result.Path, $result.Peer | Should -Be $a, $b
            Get-Content-Of $b | Should -Be 'one.txt=1', 'sub/two.txt=2', 'three.txt=3'
            Get-Content-Of $a | Should -Be (Get-Content-Of $b)
            $again = Sync-VtPeer -Path $a -Peer $b
            $again.LocalChanges + $again.RemoteChanges + $again.LocalActions + $again.RemoteActions | Should -Be 0
            $again.GroupId | Should -Be $result.GroupId
        }

        It 'writes a row for each action with -PassThru, and nothing else' {
            $a, $b = Get-FreshTree @{ 'new.txt' = 'n'; 'edit.txt' = 'old'; 'go.txt' = 'g' }, @{}
            $null = Sync-VtPeer $a $b
            [IO.File]::WriteAllText("$b/edit.txt", 'edited')
            Remove-Item "$a/go.txt"
            Move-Item "$a/new.txt" "$a/moved.txt"
            $rows = Sync-VtPeer $a $b -PassThru
            $rows | Should -BeOfType VtPS.VtSyncAction
            $rows.ForEach{ "$($_.Side) $($_.Action) $($_.OldPath) $($_.Path) $($_.Status)" } | Should -Be 'Local Update  edit.txt Done', 'Remote Delete  go.txt Done', 'Remote Move new.txt moved.txt Done'
        }

        It 'finds paths from PowerShell''s location' {
            $a, $b = Get-FreshTree @{ 'f' = 'x' }, @{}
            Push-Location (Split-Path $a)
            try { $null = Sync-VtPeer (Split-Path -Leaf $a) "./$(Split-Path -Leaf $b)" }
            finally { Pop-Location }
            "$b/f" | Should -Exist
        }

        It 'keeps to the direction' {
            $a, $b = Get-FreshTree @{ 'a' = '1' }, @{ 'b' = '2' }
            $null = Sync-VtPeer $a $b -Direction Push
            Get-Content-Of $a | Should -Be 'a=1'
            Get-Content-Of $b | Should -Be 'a=1', 'b=2'
            [IO.File]::WriteAllText("$a/c", '3')
            $null = Sync-VtPeer $a $b -Direction Pull
            Get-Content-Of $a | Should -Be 'a=1', 'b=2', 'c=3'
            "$b/c" | Should -Not -Exist
        }

        It 'leaves out what is excluded' {
            $a, $b = Get-FreshTree @{ 'a.txt' = '1'; 'a.tmp' = '2'; 'build/x' = '3' }, @{}
            $null = Sync-VtPeer $a $b -Exclude '*.tmp', 'build/'
            Get-Content-Of $b | Should -Be 'a.txt=1'
        }
    }

    Context '-WhatIf' {
        It 'counts what would be done, and makes nothing where there is no .vt yet' {
            $a, $b = Get-FreshTree @{ 'one' = '1'; 'd/two' = '2' }, @{ 'three' = '3' }
            $before = Get-Everything $a, $b
            $groups = Sync-VtPeer $a $b -WhatIf | Group-Object Action
            $groups.Name | Should -Be 'Create'
            $groups.Count | Should -Be 4
            Get-Everything $a, $b | Should -Be $before
            "$a/.vt", "$b/.vt" | Should -Not -Exist
        }

        It 'leaves both trees, their history and their Stores byte for byte as they are' {
            $a, $b = Get-FreshTree @{ 'edit' = 'old'; 'go' = 'g'; 'fight' = '0'; 'm' = 'move me' }, @{}
            $null = Sync-VtPeer $a $b
            Remove-Item "$b/go"
            $null = Sync-VtPeer $a $b
            [IO.File]::WriteAllText("$a/edit", 'edited')
            [IO.File]::WriteAllText("$a/fight", 'here')
            [IO.File]::WriteAllText("$b/fight", 'there!')
            Move-Item "$b/m" "$b/n"
            $before = Get-Everything $a, $b
            "$a/.vt/store/store.json" | Should -Exist
            foreach ($peer in $b, "!dotnet '$program' serve --stdio --tree '$b'") {
                $rows = Sync-VtPeer $a $peer -WhatIf
                ($rows | Group-Object Action | ForEach-Object { "$($_.Name) $($_.Count)" } | Sort-Object) -join ', ' | Should -BeLike 'Conflict *, Move 1, Update *'
                $rows.Status | Select-Object -Unique | Should -Be 'Planned'
                Get-Everything $a, $b | Should -Be $before
            }

            $planned = Sync-VtPeer $a $b -WhatIf | ForEach-Object { "$($_.Side) $($_.Action) $($_.Path)" }
            Sync-VtPeer $a $b -PassThru | ForEach-Object { "$($_.Side) $($_.Action) $($_.Path)" } | Should -Be $planned
        }

        It 'says in one question what each sync would do' {
            $a, $b = Get-FreshTree @{ 'one' = '1' }, @{ 'two' = '2' }
            $transcript = Get-FreshPath 'transcript'
            $null = Start-Transcript $transcript
            try { $null = Sync-VtPeer $a $b -WhatIf }
            finally { $null = Stop-Transcript }
            $said = Get-Content $transcript | Where-Object { $_ -like 'What if:*' }
            @($said).Count | Should -Be 1
            $said | Should -BeLike "*Create 1 here, Create 1 there; 0 conflicts*'$a' and '$b'*"
        }
    }

    Context 'conflicts' {
        BeforeEach {
            $a, $b = Get-FreshTree @{ 'f.txt' = 'start' }, @{}
            $null = Sync-VtPeer $a $b
            [IO.File]::WriteAllText("$a/f.txt", 'here')
            [IO.File]::WriteAllText("$b/f.txt", 'there')
            (Get-Item "$b/f.txt").LastWriteTimeUtc = [DateTime]::UtcNow.AddMinutes(5)
        }

        It 'keep both by default, under names that are the same everywhere' {
            $result = Sync-VtPeer $a $b
            $result.Conflicts | Should -Be 1
            Get-Content-Of $a | Should -Be (Get-Content-Of $b)
            (Get-Content-Of $a) -replace 'conflict-[0-9a-f]{8}', 'conflict-X' | Should -Be 'f.conflict-X.txt=here', 'f.txt=there'
            (Sync-VtPeer $b $a).Conflicts | Should -Be 0
        }

        It 'are decided by -ConflictPolicy <policy>, and what loses can be brought back' -ForEach @(
            @{ Policy = 'NewerWins'; Kept = 'there'; Loser = 'here' }
            @{ Policy = 'Local'; Kept = 'here'; Loser = 'there' }
        ) {
            (Sync-VtPeer $a $b -ConflictPolicy $policy).Conflicts | Should -Be 1
            Get-Content-Of $a | Should -Be "f.txt=$kept"
            Get-Content-Of $b | Should -Be "f.txt=$kept"
            $lost = $loser -eq 'here' ? $a : $b
            $out = Get-FreshPath 'out'
            $revision = Get-VtRevision $lost
            $revision | Should -BeOfType VtPS.VtItem
            $null = $revision | Restore-VtItem $out
            Get-Content-Of $out | Should -Be "f.txt=$loser"
        }
    }

    Context 'revisions' {
        BeforeAll {
            $a, $b = Get-FreshTree @{ 'plan.txt' = 'first'; 'd/gone.txt' = 'gone'; 'stay' = 's' }, @{}
            $null = Sync-VtPeer $a $b
            [IO.File]::WriteAllText("$a/plan.txt", 'second')
            $null = Sync-VtPeer $a $b
            [IO.File]::WriteAllText("$a/plan.txt", 'third')
            Remove-Item "$a/d" -Recurse
            $null = Sync-VtPeer $a $b
        }

        It 'are what syncs took off a tree, oldest first' {
            Get-VtRevision $a | Should -BeNullOrEmpty
            (Get-VtRevision $b).Path | Should -Be 'plan.txt', 'd/gone.txt', 'plan.txt'
            (Get-VtRevision $b -Last 2).Path | Should -Be 'd/gone.txt', 'plan.txt'
            Get-VtRevision $b/plan.txt | ForEach-Object Length | Should -Be 5, 6
            (Get-VtRevision $b/d -Last 9).Path | Should -Be 'd/gone.txt'
            $b, "$b/d/gone.txt" | Get-VtRevision -Last 1 | ForEach-Object Path | Should -Be 'plan.txt', 'd/gone.txt'
        }

        It 'come back to where they were, and travel' {
            $null = Get-VtRevision $b/d/gone.txt | Restore-VtItem -InPlace
            $null = Get-VtRevision $b/plan.txt -Last 1 | Restore-VtItem -InPlace -Force
            Get-Content-Of $b | Should -Be 'd/gone.txt=gone', 'plan.txt=second', 'stay=s'
            $null = Sync-VtPeer $a $b
            Get-Content-Of $a | Should -Be (Get-Content-Of $b)
        }

        It 'are kept as long as -Revisions says' {
            $x, $y = Get-FreshTree @{ 'f' = '1'; 'stay' = 's' }, @{}
            $null = Sync-VtPeer $x $y
            Remove-Item "$x/f"
            $null = Sync-VtPeer $x $y -MaximumDelete 1
            Get-VtRevision $y | Should -Not -BeNullOrEmpty
            $null = Sync-VtPeer $x $y -Revisions 1d
            Get-VtRevision $y | Should -Not -BeNullOrEmpty
            Start-Sleep -Milliseconds 50
            $null = Sync-VtPeer $x $y -Revisions ([timespan]::FromMilliseconds(1))
            Get-VtRevision $y | Should -BeNullOrEmpty
        }
    }

    Context 'history and status' {
        BeforeAll {
            $a, $b = Get-FreshTree @{ 'x/f' = '1'; 'g' = '2' }, @{}
            $null = Sync-VtPeer $a $b
            Move-Item "$a/x" "$a/y"
            [IO.File]::WriteAllText("$b/g", '22')
            $null = Sync-VtPeer $a $b
        }

        It 'tell what was changed here and what came from whom' {
            $history = Get-VtSyncHistory $a
            $history | Should -BeOfType VtPS.VtHistoryEntry
            $history.ForEach{ "$($_.IsLocal) $($_.Action) $($_.OldPath) $($_.Path)" } | Sort-Object | Should -Be 'False Update  g', 'True Create  g', 'True Create  x', 'True Create  x/f', 'True Move x y'
            (Get-VtSyncHistory $a -Last 1).Peer | Should -Be $b
            (Get-VtSyncHistory $b -Last 1).Path | Should -Be 'y'
            (Get-VtSyncHistory $a/g).Action | Should -Be 'Create', 'Update'
            (Get-VtSyncHistory $b/x -Last 5).Action | Should -Be 'Create', 'Create', 'Move'
        }

        It 'name the last merges' {
            $status = Get-VtStatus $a
            $status | Should -BeOfType VtPS.VtStatus
            $status.State, $status.Entries, $status.Peer | Should -Be 'Synced', 3, $b
            $status.LastMerge | Should -Be 'Update g'
            (Get-VtStatus $b -Last 2).LastMerge | Should -HaveCount 2
            (Get-VtStatus $b -Last 0).LastMerge | Should -BeNullOrEmpty
        }

        It 'are of the current location where no path is given' {
            Push-Location "$b/y"
            try { (Get-VtStatus).Path | Should -Be $b }
            finally { Pop-Location }
        }

        It 'say of a folder that was never synced that it was not, and go on' {
            $other = (Get-FreshTree @{ 'f' = '1' })
            foreach ($name in 'Get-VtSyncHistory', 'Get-VtRevision', 'Get-VtStatus') {
                $null = $other, $a | & $name -ErrorAction SilentlyContinue -ErrorVariable failed
                $failed.FullyQualifiedErrorId | Should -Be "PathNotFound,VtPS.Commands.$($name.Replace('-', ''))Command"
                $failed.CategoryInfo.Category | Should -Be 'ObjectNotFound'
            }
        }
    }

    Context 'groups' {
        It 'have a name that the trees take, and refuse another' {
            $a, $b, $c = Get-FreshTree @{ 'f' = '1' }, @{}, @{}
            $null = Sync-VtPeer $a $b -Group home
            { Sync-VtPeer $a $b -Group work -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
            (Sync-VtPeer $c $b).Status | Should -Be 'Complete'
            { Sync-VtPeer $a $c -Group work -ErrorAction Stop } | Should -Throw "*'home'*"
        }

        It 'say in .vtgroup who may do what' {
            $a, $b, $c = Get-FreshTree @{ 'f' = '1'; '.vtgroup' = '' }, @{ 'g' = '2' }, @{ 'h' = '3' }
            [IO.File]::WriteAllText("$a/.vtgroup", "merge $([Environment]::MachineName):$a`nread $([Environment]::MachineName):$b`n")
            $result = Sync-VtPeer $a $b -ErrorAction SilentlyContinue -ErrorVariable failed
            $result.LocalActions | Should -Be 0
            "$b/f" | Should -Exist
            "$a/g" | Should -Not -Exist
            $failed.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'PeerRightDenied,VtPS.Commands.SyncVtPeerCommand'
            { Sync-VtPeer $a $c -ErrorAction Stop } | Should -Throw -ErrorId 'PeerRightDenied,VtPS.Commands.SyncVtPeerCommand'
            "$c/f", "$a/h" | Should -Not -Exist
        }

        It 'are not mixed' {
            $a, $b, $c, $d = Get-FreshTree @{ 'f' = '1' }, @{}, @{ 'g' = '1' }, @{}
            $null = Sync-VtPeer $a $b
            $null = Sync-VtPeer $c $d
            { Sync-VtPeer $a $c -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
            "$a/g" | Should -Not -Exist
        }
    }

    Context '-Store' {
        It 'keeps what lasts elsewhere from then on, and -WhatIf makes nothing there' {
            $a, $b = Get-FreshTree @{ 'f' = 'old' }, @{}
            $place = Get-FreshPath 'place'
            $null = Sync-VtPeer $a $b -Store $place -WhatIf
            $place, "$a/.vt" | Should -Not -Exist
            $null = Sync-VtPeer $a $b -Store $place
            [IO.File]::WriteAllText("$b/f", 'newer')
            $null = Sync-VtPeer $a $b
            "$place/state" | Should -Exist
            "$a/.vt/state" | Should -Not -Exist
            (Get-VtRevision $a).Store | Should -Be "$place/store"
            $null = Get-VtRevision $a | Restore-VtItem -InPlace -Force
            [IO.File]::ReadAllText("$a/f") | Should -Be 'old'
            (Get-VtSyncHistory $a/f).Action | Should -Be 'Create', 'Update'
            (Get-VtStatus $a).LastMerge | Should -Be 'Update f'
        }

        It 'is refused where it lies in a tree, is a Store itself, or an address' {
            $a, $b = Get-FreshTree @{ 'f' = '1' }, @{}
            foreach ($wrong in "$a/place", (Get-FreshStore), 'ssh://host/place') {
                { Sync-VtPeer $a $b -Store $wrong -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
            }

            "$a/.vt", "$b/f" | Should -Not -Exist
        }
    }

    Context 'several peers' {
        It 'get their turns, and one that fails is one error' {
            $a, $b, $c = Get-FreshTree @{ 'f' = '1' }, @{ 'g' = '2' }, @{}
            $missing = Get-FreshPath 'none'
            $results = $b, $missing, '!exit 3', 'no-such-name', $c | Sync-VtPeer $a -ErrorAction SilentlyContinue -ErrorVariable failed
            $results.Peer | Should -Be $b, $c
            $failed.FullyQualifiedErrorId | Should -Be 'PathNotFound,VtPS.Commands.SyncVtPeerCommand', 'PeerUnreachable,VtPS.Commands.SyncVtPeerCommand', 'PeerNotFound,VtPS.Commands.SyncVtPeerCommand'
            $failed[1].CategoryInfo.Category | Should -Be 'ConnectionError'
            $failed[2].TargetObject | Should -Be 'no-such-name'
            Get-Content-Of $c | Should -Be 'f=1', 'g=2'
        }

        It 'can be given at once' {
            $a, $b, $c = Get-FreshTree @{ 'f' = '1' }, @{}, @{}
            (Sync-VtPeer $a $b, $c).Count | Should -Be 2
            "$c/f" | Should -Exist
        }

        It 'give what the tree needs together, and where one is cut off the rest comes from the other' -Skip:$IsWindows {
            $files = @{}
            foreach ($i in 1..40) { $files["f$i"] = -join (1..40).ForEach{ [Guid]::NewGuid().ToString('n') * 40 } }
            $a, $b, $c = Get-FreshTree @{}, $files, @{}
            $null = Sync-VtPeer $b $a -Exclude 'f*'
            $null = Sync-VtPeer $b $c
            $cut = "!dotnet '$program' serve --stdio --tree '$b' | (dd bs=1 count=10000 2>/dev/null; kill `$`$)"
            $all = Sync-VtPeer $a $cut, $c -Verbose -ErrorAction SilentlyContinue -ErrorVariable failed 4>&1
            $failed.FullyQualifiedErrorId | Should -Be 'PeerUnreachable,VtPS.Commands.SyncVtPeerCommand'
            $lines = $all.Where{ $_ -is [System.Management.Automation.VerboseRecord] }.Message
            @($lines -like "From '$c': * files, * bytes of content.").Count | Should -Be 1
            @($lines -like "From '*$b*': * The connection to * ended*").Count | Should -Be 1
            $all.Where{ $_ -is [VtPS.VtSyncResult] }.Peer | Should -Be $c
            Get-Content-Of $a | Should -Be (Get-Content-Of $b)
        }

        It 'end with the first error under -ErrorAction Stop' {
            $a, $b = Get-FreshTree @{ 'f' = '1' }, @{}
            { (Get-FreshPath 'none'), $b | Sync-VtPeer $a -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.SyncVtPeerCommand'
            "$b/f" | Should -Not -Exist
        }

        It 'end when nobody reads on, and what was begun can be gone on with' {
            $a, $b, $c = Get-FreshTree @{ 'f' = '1' }, @{}, @{}
            ($b, $c | Sync-VtPeer $a | Select-Object -First 1).Peer | Should -Be $b
            "$c/f" | Should -Not -Exist
            (Sync-VtPeer $a $c).Status | Should -Be 'Complete'
        }
    }

    Context 'what is refused' {
        It 'is a tree that is not there' {
            { Sync-VtPeer (Get-FreshPath) (Get-FreshTree @{}) } | Should -Throw -ErrorId 'PathNotFound,VtPS.Commands.SyncVtPeerCommand'
        }

        It 'is a tree and itself, or what lies in it' {
            $a = Get-FreshTree @{ 'd/f' = '1' }
            { Sync-VtPeer $a $a -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
            { Sync-VtPeer $a "$a/d" -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
        }

        It 'is a root that is empty and was not, and more deletions than allowed' {
            $a, $b = Get-FreshTree @{ 'a' = '1'; 'b' = '2'; 'c' = '3' }, @{}
            $null = Sync-VtPeer $a $b
            Remove-Item "$a/a", "$a/b"
            { Sync-VtPeer $a $b -MaximumDelete 1 -ErrorAction Stop } | Should -Throw -ErrorId 'TooManyDeletes,VtPS.Commands.SyncVtPeerCommand'
            Get-Content-Of $b | Should -Be 'a=1', 'b=2', 'c=3'
            (Sync-VtPeer $a $b -MaximumDelete 2).RemoteActions | Should -Be 2
            Remove-Item "$a/c"
            { Sync-VtPeer $a $b -ErrorAction Stop } | Should -Throw -ErrorId 'EmptyRootRefused,VtPS.Commands.SyncVtPeerCommand'
            Get-Content-Of $b | Should -Be 'c=3'
        }

        It 'is a peer that is served to be read only' {
            $a, $b = Get-FreshTree @{ 'f' = '1' }, @{}
            { Sync-VtPeer $a "!dotnet '$program' serve --stdio --read-only --tree '$b'" -ErrorAction Stop } | Should -Throw -ErrorId 'PeerRightDenied,VtPS.Commands.SyncVtPeerCommand'
            "$b/f" | Should -Not -Exist
        }

        It 'is a command out of an object that was serialised' {
            $a = Get-FreshTree @{ 'f' = '1' }
            $peer = Register-VtPeer "n$([Guid]::NewGuid().ToString('n'))" '!exit 3'
            $null = $peer | Unregister-VtPeer
            { $peer | ConvertTo-Deserialized | Sync-VtPeer $a -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
            { $peer | Sync-VtPeer $a -ErrorAction Stop } | Should -Throw -ErrorId 'PeerUnreachable,VtPS.Commands.SyncVtPeerCommand'
        }
    }

    Context 'over a connection' {
        It 'does the same, and tells what was sent' {
            $a, $b = Get-FreshTree @{ 'f' = ('some text ' * 1000) }, @{ 'g' = '2' }
            $peer = "!dotnet '$program' serve --stdio --tree '$b'"
            $result = Sync-VtPeer $a $peer
            $result.Status, $result.LocalActions, $result.RemoteActions | Should -Be 'Complete', 1, 1
            $result.BytesSent | Should -BeGreaterThan 100
            $result.BytesReceived | Should -BeGreaterThan 100
            Get-Content-Of $a | Should -Be (Get-Content-Of $b)
        }
    }

    Context 'stopping' {
        It 'ends within a second while a peer says nothing' {
            $a = Get-FreshTree @{ 'f' = '1' }
            $started = Get-FreshPath 'started'
            $stop = Measure-Stop -Variable @{ a = $a; peer = "!touch '$started'; exec sleep 600" } -Until { Test-Path $started } -Script 'Sync-VtPeer $a $peer'
            $stop.RanAtStop | Should -BeTrue
            $stop.State | Should -Be 'Stopped'
            $stop.Seconds | Should -BeLessThan 3
            Get-Process sleep -ErrorAction Ignore | Where-Object { $_.StartTime -gt (Get-Date).AddSeconds(-60) -and $_.CommandLine -like '*600*' } | Should -BeNullOrEmpty
        }

        It 'in the midst of it writes nothing more, frees both trees, and the next sync goes on' {
            $a, $b = Get-FreshTree @{}, @{}
            foreach ($i in 1..5) { [IO.File]::WriteAllBytes("$a/$i.bin", (Get-RandomByte -Count 9000000 -Seed $i)) }
            $script = 'Sync-VtPeer $a $peer'
            $variables = @{ a = $a; peer = "!dotnet '$program' serve --stdio --tree '$b'" }
            $stop = Measure-Stop -Variable $variables -Script $script -Until { (Get-VtStatus $a -ErrorAction Ignore).State -eq 'Sending' -and (Get-VtStatus $b -ErrorAction Ignore).State -eq 'Fetching' }
            $stop.RanAtStop | Should -BeTrue
            $stop.State | Should -Be 'Stopped'
            $stop.Output | Should -BeNullOrEmpty
            $stop.Seconds | Should -BeLessThan 3
            $a, $b | Get-VtStatus | ForEach-Object State | Should -Be 'Interrupted', 'Interrupted'
            $rest = Measure-Stop -Variable $variables -Script $script -Until { $false }
            $rest.Output.Status | Should -Be 'Complete'
            $rest.Progress.Activity | Should -Contain 'Sending'
            (Get-ChildItem $b -File).Count | Should -Be 5
            Get-ChildItem "$b/.vt/staging" -ErrorAction Ignore | Should -BeNullOrEmpty
        }
    }
}
