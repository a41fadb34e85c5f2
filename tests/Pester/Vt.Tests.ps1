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
}
