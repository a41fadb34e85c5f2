Describe 'Repair-VtStore' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
    }

    BeforeEach {
        $store = Get-FreshStore
        $tree = Get-SampleTree
        $backup = Backup-VtTree $tree -Store $store
    }

    It 'reads the index anew' {
        $row = Repair-VtStore $store -RebuildIndex
        $row.Kind | Should -Be 'IndexRebuilt'
        (Get-VtItem docs/readme.txt -Backup $backup).Path | Should -Be 'docs/readme.txt'
    }

    It 'saves what can be read, sets the original aside, and the next run heals the rest' {
        $file = Get-ChildItem -LiteralPath "$($store.Path)/data" -Recurse -File | Sort-Object Length | Select-Object -Last 1
        $bytes = [IO.File]::ReadAllBytes($file.FullName)
        $bytes[5000] = $bytes[5000] -bxor 1
        Remove-Item -LiteralPath $file.FullName -Force
        [IO.File]::WriteAllBytes($file.FullName, $bytes)
        $hash = (Get-FileHash -LiteralPath $file.FullName).Hash
        $found = Test-VtStore $store -Data

        $before = Get-TreeText $store.Path
        Repair-VtStore $store -Salvage -WhatIf | Should -BeNullOrEmpty
        Get-TreeText $store.Path | Should -Be $before

        $row = $store | Repair-VtStore -Salvage
        $row.Kind | Should -Be 'Salvaged'
        $row.Path | Should -Be $found.Path
        (Get-FileHash -LiteralPath (Join-Path $store.Path $row.ObjectName)).Hash | Should -Be $hash
        Test-Path -LiteralPath $file.FullName | Should -BeFalse
        @(Get-VtBackup -Store $store).Count | Should -Be 1
        Test-VtStore $store -Quiet | Should -BeFalse

        $null = Backup-VtTree $tree -Store $store
        Test-VtStore $store -Data -Quiet | Should -BeTrue
        Compare-VtBackup $backup -Content | Should -BeNullOrEmpty
    }

    It 'does nothing where nothing is damaged' {
        $before = Get-TreeText $store.Path
        Repair-VtStore $store -Salvage | Should -BeNullOrEmpty
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'needs to be told what' {
        { Repair-VtStore $store } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.RepairVtStoreCommand'
    }
}
