Describe 'Copy-VtBackup' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $tree = Get-SampleTree
        $a = Get-FreshStore
        $backups = foreach ($i in 1..4) {
            Set-Content -LiteralPath "$tree/number.txt" -Value "Backup number $i."
            Backup-VtTree $tree -Store $a -Subset docs -Tag "n$i"
        }
    }

    BeforeEach { $b = Get-FreshStore }

    It 'copies backups from the pipeline and emits them as they stand there' {
        $copies = Get-VtBackup -Store $a -Last 3 | Copy-VtBackup -DestinationStore $b
        $copies.Id | Should -Be $backups[1..3].Id
        $copies | Should -BeOfType ([VtPS.VtBackup])
        $copies.Store | Select-Object -Unique | Should -Be $b.Path
        $copies.StoreId | Select-Object -Unique | Should -Be $b.StoreId
        foreach ($property in $backups[0].PSObject.Properties.Name | Where-Object { $_ -notin 'Store', 'StoreId' }) {
            $copies[2].$property | Should -Be $backups[3].$property -Because $property
        }

        (Get-VtBackup -Store $b).Id | Should -Be $backups[1..3].Id
        (Get-VtBackup -Store $a).Id | Should -Be $backups.Id
        Test-VtStore $b -Data -Quiet | Should -BeTrue
    }

    It 'gives copies that restore to what the originals do' {
        $copy = Copy-VtBackup $backups[3] $b
        $here = Get-FreshPath 'here'
        $there = Get-FreshPath 'there'
        $null = $backups[3] | Restore-VtItem $here
        $null = $copy | Restore-VtItem $there
        Get-TreeText "$there/docs" | Should -Be (Get-TreeText "$here/docs")
    }

    It 'takes an id, a prefix, latest, and what was serialised' {
        (Copy-VtBackup $backups[0].Id -Store $a -DestinationStore $b).Id | Should -Be $backups[0].Id
        (Copy-VtBackup -Id $backups[1].Id.Substring(0, 16) -Store $a -DestinationStore $b.Path).Id | Should -Be $backups[1].Id
        (Copy-VtBackup latest $b -Store $a).Id | Should -Be $backups[3].Id
        ($backups[2] | ConvertTo-Deserialized | Copy-VtBackup -DestinationStore ($b | ConvertTo-Deserialized)).Id | Should -Be $backups[2].Id
    }

    It 'writes nothing when it copies again, and says so with -Verbose' {
        $null = Copy-VtBackup $backups[0] $b
        $before = Get-ContentText $b.Path
        $output = Copy-VtBackup $backups[0] $b -Verbose 4>&1
        $output[-1].Id | Should -Be $backups[0].Id
        $output.Message | Should -Contain "Backup $($backups[0].Id) was in '$($b.Path)' already, with all that it needs."
        Get-ContentText $b.Path | Should -Be $before
    }

    It 'sends only what differs for the next backup' {
        $null = Copy-VtBackup $backups[0] $b
        $size = (Get-ChildItem "$($b.Path)/data" -Recurse -File | Measure-Object Length -Sum).Sum
        $null = Copy-VtBackup $backups[1] $b
        $more = (Get-ChildItem "$($b.Path)/data" -Recurse -File | Measure-Object Length -Sum).Sum - $size
        $more | Should -BeGreaterThan 0
        $more | Should -BeLessThan 10000
    }

    It 'carries tags, comment and pin' {
        $null = Set-VtBackup $backups[0] -AddTag kept -Comment 'For good.' -Pin
        $copy = Copy-VtBackup $backups[0] $b
        $copy.Tag | Should -Be @('kept', 'n1')
        $copy.Comment | Should -Be 'For good.'
        $copy.Pinned | Should -BeTrue
        $null = Set-VtBackup $backups[0] -Unpin
    }

    It 'serves the next backup as its base' {
        $null = Copy-VtBackup $backups[3] $b
        $next = Backup-VtTree $tree -Store $b -Subset docs
        $next.BasedOn | Should -Be $backups[3].Id
        $next.FilesNew | Should -Be 0
        $next.Root | Should -Be $backups[3].Root
    }

    It 'copies between plain and encrypted Stores' {
        $locked = Get-FreshStore -With @{ Password = Get-TestPassword }
        { Copy-VtBackup $backups[0] $locked.Path } | Should -Throw -ErrorId 'PasswordRequired,VtPS.Commands.CopyVtBackupCommand'
        $open = Get-VtStore $locked.Path -Password (Get-TestPassword)
        (Copy-VtBackup $backups[0] $open).Id | Should -Be $backups[0].Id
        (Get-VtBackup -Store $open | Copy-VtBackup -DestinationStore $b).Root | Should -Be $backups[0].Root
        Test-VtStore $b -Data -Quiet | Should -BeTrue
    }

    Context '-WhatIf' {
        It 'leaves both Stores byte-identical and says what there is to send' {
            $null = Copy-VtBackup $backups[0] $b
            $before = (Get-TreeText $a.Path), (Get-TreeText $b.Path)
            $log = Get-FreshPath 'transcript'
            $null = Start-Transcript -Path $log
            try { $output = Get-VtBackup -Store $a | Copy-VtBackup -DestinationStore $b -Move -WhatIf }
            finally { $null = Stop-Transcript }
            $output | Should -BeNullOrEmpty
            Get-TreeText $a.Path | Should -Be $before[0]
            Get-TreeText $b.Path | Should -Be $before[1]
            $said = (Get-Content $log -Raw) -replace '\s+', ' '
            foreach ($backup in $backups) { $said | Should -BeLike "*$($backup.Id)*" }
            $said | Should -Match 'it is there'
            $said | Should -Match '\d+ blocks to send'
        }
    }

    Context '-Move' {
        It 'removes each backup here once it is there' {
            $from = Get-FreshStore
            $one = Backup-VtTree "$tree/deep/deeper" -Store $from
            $two = Backup-VtTree "$tree/deep" -Store $from
            ($one, $two | Copy-VtBackup -DestinationStore $b -Move).Id | Should -Be @($one.Id, $two.Id)
            Get-VtBackup -Store $from | Should -BeNullOrEmpty
            (Get-VtBackup -Store $b).Id | Should -Be @($one.Id, $two.Id)
            Test-VtStore $b -Data -Quiet | Should -BeTrue
        }

        It 'leaves a pinned backup and says so' {
            $from = Get-FreshStore
            $one = Backup-VtTree "$tree/deep/deeper" -Store $from | Set-VtBackup -Pin -PassThru
            $copy = Copy-VtBackup $one $b -Move -ErrorAction SilentlyContinue -ErrorVariable failed
            $copy.Id | Should -Be $one.Id
            $failed.FullyQualifiedErrorId | Should -Be 'InvalidArgument,VtPS.Commands.CopyVtBackupCommand'
            (Get-VtBackup -Store $from).Id | Should -Be $one.Id
        }
    }

    Context 'Interrupted backups' {
        BeforeAll {
            $from = Get-FreshStore
            $null = Measure-Stop -Variable @{ from = $from.Path; stream = Get-EndlessStream -BytesPerSecond 5000000 } -Until { (Get-ChildItem "$($from.Path)/leases" -ErrorAction Ignore).Count -gt 0 } -Script {
                Backup-VtTree -InputStream $stream -Name endless -Store $from
            }.ToString()
            $stopped = Get-VtBackup -Store $from
        }

        It 'are passed over in a pipeline of all, with a warning, and copied by name' {
            $stopped.Status | Should -Be 'Interrupted'
            Get-VtBackup -Store $from | Copy-VtBackup -DestinationStore $b -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            $warned.Message | Should -BeLike "*$($stopped.Id)*"
            (Copy-VtBackup $stopped.Id $b -Store $from).Status | Should -Be 'Interrupted'
        }
    }

    Context 'what is refused' {
        It 'is a Store with another hash function' {
            $other = Get-FreshStore -With @{ HashName = 'sha512' }
            { Copy-VtBackup $backups[0] $other } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.CopyVtBackupCommand'
        }

        It 'is the Store itself' {
            { Copy-VtBackup $backups[0] $a } | Should -Throw -ErrorId 'StoreMismatch,VtPS.Commands.CopyVtBackupCommand'
        }

        It 'is a Store that is not there' {
            { Copy-VtBackup $backups[0] (Get-FreshPath 'none') } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.CopyVtBackupCommand'
        }

        It 'is an id that there is not, and the others go on' {
            $copy = 'ffffffffffff', $backups[0].Id | Copy-VtBackup -Store $a -DestinationStore $b -ErrorAction SilentlyContinue -ErrorVariable failed
            $copy.Id | Should -Be $backups[0].Id
            $failed.FullyQualifiedErrorId | Should -Be 'BackupNotFound,VtPS.Commands.CopyVtBackupCommand'
        }

        It 'is a damaged backup, and the others go on' {
            $from = Get-FreshStore
            $bad = Backup-VtTree "$tree/deep/random.bin" -Store $from
            Get-ChildItem "$($from.Path)/data" -Recurse -File | Sort-Object Length | Select-Object -Last 1 | Remove-Item
            $good = Backup-VtTree "$tree/readme.txt" -Store $from
            $copy = Get-VtBackup -Store $from | Copy-VtBackup -DestinationStore $b -ErrorAction SilentlyContinue -ErrorVariable failed
            $copy.Id | Should -Be $good.Id
            $failed.FullyQualifiedErrorId | Should -Be 'BlockNotFound,VtPS.Commands.CopyVtBackupCommand'
            $failed.Exception.Message | Should -BeLike '*random.bin*'
            $failed.TargetObject | Should -Be $bad.Id
            (Get-VtBackup -Store $b).Id | Should -Be $good.Id
        }
    }

    Context 'stopping' {
        BeforeAll {
            $big = Get-FreshPath 'big'
            $null = New-Item -ItemType Directory $big
            foreach ($i in 1..12) { [IO.File]::WriteAllBytes("$big/$i.bin", (Get-RandomByte -Count 20000000 -Seed $i)) }
            $from = Get-FreshStore
            $large = Backup-VtTree $big -Store $from
        }

        It 'ends within seconds, leaves no lease, and the next copy goes on' {
            $stop = Measure-Stop -Variable @{ backup = $large; to = $b.Path } -Until { (Get-ChildItem "$($b.Path)/tmp" -ErrorAction Ignore).Count -gt 0 } -Script '$backup | Copy-VtBackup -DestinationStore $to'
            $stop.RanAtStop | Should -BeTrue
            $stop.State | Should -Be 'Stopped'
            $stop.Output | Should -BeNullOrEmpty
            $stop.Seconds | Should -BeLessThan 10
            Get-ChildItem "$($b.Path)/leases", "$($b.Path)/tmp" -ErrorAction Ignore | Should -BeNullOrEmpty
            Get-VtBackup -Store $b | Should -BeNullOrEmpty
            (Copy-VtBackup $large $b).Id | Should -Be $large.Id
            Test-VtStore $b -Data -Quiet | Should -BeTrue
        }

        It 'ends when nobody reads on' {
            $small = Backup-VtTree "$tree/deep/deeper" -Store $from
            $first = $small, $large | Copy-VtBackup -DestinationStore $b | Select-Object -First 1
            $first.Id | Should -Be $small.Id
            Get-ChildItem "$($b.Path)/leases", "$($b.Path)/tmp" -ErrorAction Ignore | Should -BeNullOrEmpty
        }
    }
}
