Describe 'Measure-VtStore' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $store = Get-FreshStore
        $tree = Get-SampleTree
        $backup = Backup-VtTree $tree -Store $store
    }

    It 'counts an empty Store' {
        $empty = Measure-VtStore (Get-FreshStore)
        $empty | Should -BeOfType VtPS.VtStoreStatistics
        $empty.BackupCount | Should -Be 0
        $empty.BlockCount | Should -Be 0
        $empty.Ratio | Should -Be 0
    }

    It 'counts what is there' {
        $counted = Measure-VtStore -Store $store
        $counted.StoreId | Should -Be $store.StoreId
        $counted.BackupCount | Should -Be 1
        $counted.DataFileCount | Should -BeGreaterThan 0
        $counted.BlockCount | Should -Be @(Get-VtBlock -Store $store).Count
        $counted.SourceLength | Should -Be $backup.BytesTotal
        $counted.StoreLength | Should -Be (Get-ChildItem -LiteralPath $store.Path -Recurse -File -Force | Measure-Object Length -Sum).Sum
        $counted.HistogramCount | Should -BeNullOrEmpty
    }

    It 'sums the histogram to the number of blocks' {
        $counted = $store | Measure-VtStore -Histogram
        ($counted.HistogramCount | Measure-Object -Sum).Sum | Should -Be $counted.BlockCount
        $counted.HistogramBound.Count | Should -Be $counted.HistogramCount.Count
    }

    It 'takes a deserialised Store' { ($store | ConvertTo-Deserialized | Measure-VtStore).StoreId | Should -Be $store.StoreId }

    It 'takes the Store of VT_STORE' {
        $env:VT_STORE = $store.Path
        try { (Measure-VtStore).StoreId | Should -Be $store.StoreId }
        finally { $env:VT_STORE = $null }
    }

    It 'needs a Store' { { Measure-VtStore } | Should -Throw -ErrorId 'StoreNotSpecified,VtPS.Commands.MeasureVtStoreCommand' }

    It 'says that there is no Store' { { Measure-VtStore (Get-FreshPath) } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.MeasureVtStoreCommand' }

    It 'changes nothing' {
        $before = Get-TreeText $store.Path
        $null = Measure-VtStore $store -Histogram
        Get-TreeText $store.Path | Should -Be $before
    }
}
