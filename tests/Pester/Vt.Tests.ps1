# Each operation through the cmdlet and through vt: the same objects, with the same names and values.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:VtProgram = Join-Path $script:RepositoryRoot 'src/VtPS.Cli/bin/Release/net10.0/vt.dll'

    # Runs vt; its JSON as objects, with the exit code that was expected.
    function Invoke-Vt {
        param([string[]] $Argument, [int] $Expect = 0)
        $text = & dotnet $script:VtProgram @Argument --json
        $LASTEXITCODE | Should -Be $Expect -Because "vt $Argument"
        $text | ConvertFrom-Json -NoEnumerate
    }

    # Every property in a form that does not depend on the way it came.
    function ConvertTo-Comparable {
        [OutputType([string])]
        param([Parameter(ValueFromPipeline)] [object] $InputObject, [string[]] $Except = @())
        process {
            $lines = foreach ($property in $InputObject.PSObject.Properties) {
                if ($property.MemberType -notin 'Property', 'NoteProperty' -or $property.Name -in $Except) { continue }
                $value = foreach ($one in $property.Value) {
                    if ($one -is [datetime]) { $one.ToUniversalTime().Ticks }
                    elseif ($one -is [timespan]) { $one.ToString('c') }
                    else { [string]$one }
                }
                '{0}={1}' -f $property.Name, ($value -join '|')
            }

            $lines -join "`n"
        }
    }

    function Assert-Same {
        param([object[]] $Cmdlet, [object[]] $Vt, [string[]] $Except = @())
        $Cmdlet.Count | Should -BeGreaterThan 0
        $Vt.Count | Should -Be $Cmdlet.Count
        ($Vt | ConvertTo-Comparable -Except $Except) -join "`n`n" | Should -Be (($Cmdlet | ConvertTo-Comparable -Except $Except) -join "`n`n")
    }

    $script:tree = Get-SampleTree
    Start-Sleep -Milliseconds 2500
    $script:store = Get-FreshStore
    $script:first = Backup-VtTree -Path $tree -Store $store -Tag one
    Set-Content -LiteralPath "$tree/readme.txt" -Value 'Read me again.'
    $script:second = Backup-VtTree -Path $tree -Store $store
}

Describe 'vt and the cmdlets' {
    It 'make Stores of the same kind' {
        $path = Get-FreshPath 'vt-store'
        $vt = Invoke-Vt -Argument init, --store, $path, --hash, sha512, --average-block, 64KB, --description, text
        $cmdlet = New-VtStore -Path (Get-FreshPath 'store') -HashName sha512 -AverageBlock 64KB -Description text
        Assert-Same -Cmdlet $cmdlet -Vt $vt -Except Path, StoreId, CreationTime
        Assert-Same -Cmdlet (Get-VtStore $path) -Vt $vt
    }

    It 'make the same backup of the same tree' {
        $vtStore = Get-FreshStore
        $cmdletStore = Get-FreshStore
        $vt = Invoke-Vt -Argument backup, $tree, --store, $vtStore.Path, --tag, b, --tag, a, --comment, text, --exclude, '*.bin'
        $cmdlet = Backup-VtTree -Path $tree -Store $cmdletStore -Tag b, a -Comment text -Exclude '*.bin'
        Assert-Same -Cmdlet $cmdlet -Vt $vt -Except Id, Store, StoreId, StartTime, EndTime, Duration, BytesStored
        Assert-Same -Cmdlet (Get-VtBackup -Store $vtStore) -Vt $vt
    }

    It 'give the same rows of a backup' {
        $vt = Invoke-Vt -Argument backup, $tree, --store, (Get-FreshStore).Path, --pass-thru
        $cmdlet = Backup-VtTree -Path $tree -Store (Get-FreshStore) -PassThru
        Assert-Same -Cmdlet ($cmdlet | Sort-Object Path) -Vt ($vt | Sort-Object Path)
    }

    It 'list the same backups' {
        Assert-Same -Cmdlet (Get-VtBackup -Store $store) -Vt (Invoke-Vt -Argument backups, --store, $store.Path)
        Assert-Same -Cmdlet (Get-VtBackup -Tag one -Store $store) -Vt (Invoke-Vt -Argument backups, --tag, one, --store, $store.Path)
    }

    It 'list the same items' {
        Assert-Same -Cmdlet ($second | Get-VtItem -Recurse) -Vt (Invoke-Vt -Argument ls, latest, --recurse, --store, $store.Path)
        Assert-Same -Cmdlet ($first | Get-VtItem docs/deep -Filter *.bin) -Vt (Invoke-Vt -Argument ls, "$($first.Id):docs/deep", --filter, *.bin, --store, $store.Path)
    }

    It 'restore the same' {
        $vtPath = Get-FreshPath 'vt'
        $cmdletPath = Get-FreshPath 'cmdlet'
        $vt = Invoke-Vt -Argument restore, $first.Id, --to, $vtPath, --verify, --store, $store.Path
        $cmdlet = Restore-VtItem -Backup $first -Destination $cmdletPath -Verify
        Assert-Same -Cmdlet $cmdlet -Vt $vt -Except Destination, Duration
        Get-TreeText -Path $vtPath | Should -Be (Get-TreeText -Path $cmdletPath)
    }

    It 'find the same differences' {
        Assert-Same -Cmdlet (Compare-VtBackup $first $second) -Vt (Invoke-Vt -Argument diff, $first.Id, $second.Id, --store, $store.Path -Expect 4)
        Assert-Same -Cmdlet (Compare-VtBackup $first $second -IncludeEqual) -Vt (Invoke-Vt -Argument diff, $first.Id, $second.Id, --include-equal, --store, $store.Path -Expect 4)
        Assert-Same -Cmdlet (Compare-VtBackup $first) -Vt (Invoke-Vt -Argument diff, $first.Id, --store, $store.Path -Expect 4)
    }

    It 'show the same blocks' {
        Assert-Same -Cmdlet (Get-VtBlock -Store $store) -Vt (Invoke-Vt -Argument block, --store, $store.Path)
        Assert-Same -Cmdlet ($second | Get-VtItem docs/deep/random.bin | Get-VtBlock) -Vt (Invoke-Vt -Argument block, --backup, latest:docs/deep/random.bin, --store, $store.Path)
        Assert-Same -Cmdlet ($first | Get-VtBlock) -Vt (Invoke-Vt -Argument block, --backup, $first.Id, --store, $store.Path)
        Assert-Same -Cmdlet (Get-VtBlock -LiteralPath "$tree/deep/random.bin" -Store $store) -Vt (Invoke-Vt -Argument block, --path, "$tree/deep/random.bin", --store, $store.Path)
        $hash = ($second | Get-VtItem docs/deep/random.bin | Get-VtBlock | Select-Object -First 1).Hash
        Assert-Same -Cmdlet (Get-VtBlock $hash -Store $store) -Vt (Invoke-Vt -Argument block, $hash, --store, $store.Path)
    }

    It 'know the same names' {
        # The file of names may be one that other tests have used.
        $fromVt = "vt-$([Guid]::NewGuid())"
        $fromCmdlet = "cmdlet-$([Guid]::NewGuid())"
        $path = Get-FreshPath 'named'
        $null = Invoke-Vt -Argument init, --store, $path, --name, $fromVt
        (Get-VtStore $fromVt).Path | Should -Be $path
        $null = New-VtStore -Path (Get-FreshPath 'named') -Name $fromCmdlet
        (Invoke-Vt -Argument backups, --store, $fromCmdlet).Count | Should -Be 0
    }

    Context 'syncs' {
        BeforeAll {
            # Two pairs of trees that are the same.
            $script:pairs = foreach ($i in 1, 2) {
                $here = Get-FreshPath 'here'
                $there = Get-FreshPath 'there'
                $null = New-Item -ItemType Directory -Path $there
                Copy-Item -LiteralPath $tree -Destination $here -Recurse
                [IO.File]::WriteAllText("$there/other.txt", 'other')
                Get-ChildItem -LiteralPath $here, $there -Recurse -Force -File | ForEach-Object { $_.LastWriteTimeUtc = [datetime]'2026-01-01' }
                [pscustomobject]@{ Here = $here; There = $there }
            }
        }

        It 'plan and do the same, and tell the same of it' {
            $vtPair, $cmdletPair = $pairs
            Assert-Same -Cmdlet (Sync-VtPeer $vtPair.Here $vtPair.There -WhatIf) -Vt (Invoke-Vt -Argument sync, $vtPair.Here, $vtPair.There, --dry-run) -Except Author
            Assert-Same -Cmdlet (Sync-VtPeer $cmdletPair.Here $cmdletPair.There -PassThru) -Vt (Invoke-Vt -Argument sync, $vtPair.Here, $vtPair.There, --pass-thru) -Except Author
            foreach ($pair in $pairs) {
                [IO.File]::WriteAllText("$($pair.Here)/readme.txt", 'here')
                [IO.File]::WriteAllText("$($pair.There)/readme.txt", 'there!')
                Remove-Item -LiteralPath "$($pair.There)/other.txt"
            }

            $cmdlet = Sync-VtPeer $cmdletPair.Here $cmdletPair.There -ConflictPolicy Local
            Assert-Same -Cmdlet $cmdlet -Vt (Invoke-Vt -Argument sync, $vtPair.Here, $vtPair.There, --conflict-policy, local) -Except Path, Peer, GroupId, StartTime, Duration
            foreach ($pair in $pairs) {
                Assert-Same -Cmdlet (Get-VtSyncHistory $pair.Here) -Vt (Invoke-Vt -Argument history, $pair.Here)
                Assert-Same -Cmdlet (Get-VtRevision $pair.There) -Vt (Invoke-Vt -Argument revisions, $pair.There)
                Assert-Same -Cmdlet (Get-VtStatus $pair.There -Last 3) -Vt (Invoke-Vt -Argument status, $pair.There, --last, 3)
            }

            Assert-Same -Cmdlet (Get-VtSyncHistory "$($vtPair.Here)/readme.txt" -Last 2) -Vt (Invoke-Vt -Argument history, "$($vtPair.Here)/readme.txt", --last, 2)
        }

        It 'know the same peers' {
            $name = "peer-$([Guid]::NewGuid())"
            $peer = Register-VtPeer $name $pairs[0].There -Right Read
            try {
                [IO.File]::WriteAllText("$($pairs[0].Here)/kept.txt", 'kept')
                (Invoke-Vt -Argument sync, $pairs[0].Here, $name).Peer | Should -Be $peer.Uri
                "$($pairs[0].There)/kept.txt" | Should -Not -Exist
                $null = & dotnet $script:VtProgram sync $pairs[0].Here $name --direction push 2>&1
                $LASTEXITCODE | Should -Be 1
            }
            finally { $null = $peer | Unregister-VtPeer }
        }
    }
}
