Describe 'Get-VtBackup' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $store = Get-FreshStore
        $tree = Get-SampleTree
        $first = Backup-VtTree $tree -Store $store -Subset papers -Tag old, kept -HostName alpha
        $second = Backup-VtTree $tree -Store $store -Subset papers -Tag new -HostName beta
        $third = Backup-VtTree "$tree/deep" -Store $store -Subset deep -HostName alpha
        $wide = Get-WideTree 2000
        $null = Backup-VtTree $wide -Store $store -Subset papers -HostName alpha -PassThru | Select-Object -First 1
        $broken = Get-VtBackup -Store $store | Where-Object Status -EQ Interrupted
    }

    It 'lists backups, the oldest first' {
        (Get-VtBackup -Store $store).Id | Should -Be @($first.Id, $second.Id, $third.Id, $broken.Id)
        (Get-VtBackup -Store $store.Path)[0] | Should -BeOfType VtPS.VtBackup
    }

    It 'gives what Backup-VtTree gave' {
        $again = Get-VtBackup $first.Id -Store $store
        foreach ($property in $first.PSObject.Properties.Name) {
            $again.$property | Should -Be $first.$property -Because $property
        }
    }

    It 'takes Stores from the pipeline' {
        ($store | Get-VtBackup).Count | Should -Be 4
        ($store.Path | Get-VtBackup).Count | Should -Be 4
        ($store | ConvertTo-Deserialized | Get-VtBackup).Count | Should -Be 4
        ($store, (Get-FreshStore), $store | Get-VtBackup).Count | Should -Be 8
    }

    It 'takes the Store of VT_STORE, by a registered name too' {
        $name = "n$([Guid]::NewGuid().ToString('n'))"
        $null = Register-VtStore $name $store.Path
        $env:VT_STORE = $name
        try { (Get-VtBackup).Count | Should -Be 4 }
        finally {
            $env:VT_STORE = $null
            Unregister-VtStore $name | Out-Null
        }
    }

    It 'finds by id and by prefix' {
        (Get-VtBackup $second.Id -Store $store).Id | Should -Be $second.Id
        (Get-VtBackup $second.Id.Substring(0, 12) -Store $store).Id | Should -Be $second.Id
        (Get-VtBackup $third.Id, $first.Id -Store $store).Id | Should -Be @($third.Id, $first.Id)
    }

    It 'finds the latest that is not Interrupted among what the filters leave' {
        (Get-VtBackup latest -Store $store).Id | Should -Be $third.Id
        (Get-VtBackup latest -Store $store -Subset papers).Id | Should -Be $second.Id
        (Get-VtBackup latest -Store $store -Subset papers -HostName alpha).Id | Should -Be $first.Id
    }

    It 'filters by subset, tag, host and source' {
        (Get-VtBackup -Store $store -Subset 'DEE*').Id | Should -Be $third.Id
        (Get-VtBackup -Store $store -Tag new).Id | Should -Be $second.Id
        (Get-VtBackup -Store $store -Tag new, kept).Id | Should -Be @($first.Id, $second.Id)
        (Get-VtBackup -Store $store -HostName beta).Id | Should -Be $second.Id
        (Get-VtBackup -Store $store -SourcePath "$tree/deep/deeper").Id | Should -Be @($first.Id, $second.Id, $third.Id)
        (Get-VtBackup -Store $store -SourcePath $wide).Id | Should -Be $broken.Id
    }

    It 'filters by time and number' {
        (Get-VtBackup -Store $store -Since $second.StartTime).Count | Should -Be 3
        (Get-VtBackup -Store $store -Before $second.StartTime).Id | Should -Be $first.Id
        (Get-VtBackup -Store $store -Last 2).Id | Should -Be @($third.Id, $broken.Id)
        (Get-VtBackup -Store $store -Last 1 -Subset papers -HostName beta).Id | Should -Be $second.Id
    }

    It 'says that there is no such backup, and goes on' {
        $found = Get-VtBackup 'ffffffffffff', $first.Id -Store $store -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.Id | Should -Be $first.Id
        $failed.FullyQualifiedErrorId | Should -Be 'BackupNotFound,VtPS.Commands.GetVtBackupCommand'
        $failed[0].TargetObject | Should -Be 'ffffffffffff'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'says that a prefix is of several backups' {
        $many = Get-FreshStore
        $small = "$tree/deep/deeper"
        $ids = @(foreach ($i in 1..17) { (Backup-VtTree $small -Store $many -Subset "s$i").Id })
        $common = ($ids | Group-Object { $_[0] } | Sort-Object Count | Select-Object -Last 1).Name
        { Get-VtBackup $common -Store $many -ErrorAction Stop } | Should -Throw -ErrorId 'AmbiguousBackupId,VtPS.Commands.GetVtBackupCommand'
    }

    It 'needs a Store that is there' {
        { Get-VtBackup } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.GetVtBackupCommand'
        { Get-VtBackup -Store (Get-FreshPath) } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.GetVtBackupCommand'
        { Get-VtBackup -Store $tree } | Should -Throw -ErrorId 'NotAStore,VtPS.Commands.GetVtBackupCommand'
    }

    It 'says of a record that cannot be read, and goes on' {
        $damaged = Get-FreshStore
        $kept = Backup-VtTree $tree -Store $damaged
        $lost = Backup-VtTree $tree -Store $damaged
        Set-Content -LiteralPath "$($damaged.Path)/backups/$($lost.Id).json" -Value '{'
        $found = Get-VtBackup -Store $damaged -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.Id | Should -Be $kept.Id
        $failed.Count | Should -BeGreaterThan 0
    }

    It 'changes nothing' {
        $before = Get-TreeText $store.Path
        $null = Get-VtBackup -Store $store
        $null = Get-VtBackup latest -Store $store
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'works with its cache gone' {
        $folder = $env:VT_CACHE
        Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
        (Get-VtBackup -Store $store).Count | Should -Be 4
        (Get-VtItem -Backup $first -Recurse).Count | Should -BeGreaterThan 5
    }
}
