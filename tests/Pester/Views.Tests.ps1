Describe 'The views' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $store = Get-FreshStore @{ Description = 'For the views.' }
        $tree = Get-SampleTree
        $backup = Backup-VtTree $tree -Store $store -Subset papers
        $peer = Get-FreshPath 'peer'
        $null = New-Item -ItemType Directory $peer
        $objects = [ordered]@{
            VtStore = $store
            VtBackup = $backup
            VtItem = Get-VtItem docs -Backup $backup
            VtFileResult = Backup-VtTree $tree -Store $store -PassThru
            VtRestoreResult = Restore-VtItem (Get-FreshPath) -Backup $backup
            VtDifference = Compare-VtBackup $backup $backup -IncludeEqual
            VtBlock = Get-VtBlock -Store $store
            VtStoreStatistics = Measure-VtStore $store -Histogram
            VtTestResult = Test-VtStore $store
            VtRetentionResult = Remove-VtBackup -Store $store -KeepLast 9 -WhatIf
            VtOptimizeResult = Optimize-VtStore $store
            VtSyncAction = Sync-VtPeer $tree $peer -PassThru
            VtSyncResult = Sync-VtPeer $tree $peer
            VtHistoryEntry = Get-VtSyncHistory $tree
            VtStatus = Get-VtStatus $tree
            VtPeer = [VtPS.VtPeer]@{ Name = 'nas'; Uri = 'ssh://nas/srv'; Group = 'home' }
        }
    }

    It 'shows <_> as a table and as a list' -ForEach 'VtStore', 'VtBackup', 'VtItem', 'VtFileResult', 'VtRestoreResult', 'VtDifference', 'VtBlock', 'VtStoreStatistics', 'VtTestResult', 'VtRetentionResult', 'VtOptimizeResult', 'VtSyncAction', 'VtSyncResult', 'VtHistoryEntry', 'VtStatus', 'VtPeer' {
        $objects[$_] | Should -Not -BeNullOrEmpty
        $table = $objects[$_] | Format-Table | Out-String -Width 160
        $table | Should -Match '---'
        $list = $objects[$_] | Select-Object -First 1 | Format-List | Out-String -Width 160
        $list | Should -Match ' : '
        $objects[$_] | Out-String -Width 160 | Should -Not -BeNullOrEmpty
    }

    It 'writes sizes in decimal units and leaves the properties numbers' {
        $items = Get-VtItem docs/deep/zeros.bin -Backup $backup
        $items | Out-String -Width 160 | Should -Match '1[.,]0 MB'
        $items.Length | Should -BeOfType long
        $items.Length | Should -Be 1000000
    }

    It 'shows where a link leads' -Skip:$IsWindows {
        Get-VtItem docs/link -Backup $backup | Out-String -Width 160 | Should -Match 'docs/link -> readme.txt'
    }

    It 'shortens ids to what finds them again' {
        $text = $backup | Out-String -Width 160
        $text | Should -Match $backup.Id.Substring(0, 8)
        (Get-VtBackup $backup.Id.Substring(0, 8) -Store $store).Id | Should -Be $backup.Id
    }

    It 'has texts that are paths and ids' {
        "$store" | Should -Be $store.Path
        "$backup" | Should -Be $backup.Id
        "$(Get-VtItem docs/readme.txt -Backup $backup)" | Should -Be 'docs/readme.txt'
    }

    It 'survives serialisation with the properties it selects' {
        $there = $backup | ConvertTo-Deserialized
        $there.PSTypeNames[0] | Should -Be 'Deserialized.VtPS.VtBackup'
        $there.Id | Should -Be $backup.Id
        $there.Status.ToString() | Should -Be 'Complete'
        $there.SourcePath | Should -Be $backup.SourcePath
    }
}
