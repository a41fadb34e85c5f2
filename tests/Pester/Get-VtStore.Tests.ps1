Describe 'Get-VtStore' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $store = Get-FreshStore
    }

    It 'takes a path' { (Get-VtStore $store.Path).StoreId | Should -Be $store.StoreId }

    It 'takes a path by name of the parameter' { (Get-VtStore -Store $store.Path).StoreId | Should -Be $store.StoreId }

    It 'takes a Store' { (Get-VtStore $store).StoreId | Should -Be $store.StoreId }

    It 'takes a Store from the pipeline' { ($store | Get-VtStore).StoreId | Should -Be $store.StoreId }

    It 'takes paths from the pipeline' { ($store.Path, $store.Path | Get-VtStore).StoreId | Should -Be @($store.StoreId, $store.StoreId) }

    It 'takes a deserialised Store' {
        $there = $store | ConvertTo-Deserialized
        $there | Get-VtStore | ForEach-Object StoreId | Should -Be $store.StoreId
        (Get-VtStore -Store $there).StoreId | Should -Be $store.StoreId
    }

    It 'takes a path relative to the location' {
        Push-Location (Split-Path $store.Path)
        try { (Get-VtStore "./$(Split-Path -Leaf $store.Path)").StoreId | Should -Be $store.StoreId }
        finally { Pop-Location }
    }

    It 'takes a bare name for a folder where no Store is registered so' {
        Push-Location (Split-Path $store.Path)
        try { (Get-VtStore (Split-Path -Leaf $store.Path)).StoreId | Should -Be $store.StoreId }
        finally { Pop-Location }
    }

    It 'lists the registered Stores, and goes on after one that is gone' {
        $gone = "a$([Guid]::NewGuid().ToString('n'))"
        $there = "b$([Guid]::NewGuid().ToString('n'))"
        $lost = New-VtStore (Get-FreshPath) -Name $gone
        $kept = New-VtStore (Get-FreshPath) -Name $there
        Remove-Item -Recurse -Force $lost.Path
        $all = Get-VtStore -ErrorAction SilentlyContinue -ErrorVariable failed
        $all.Name | Should -Contain $there
        ($all | Where-Object Name -EQ $there).StoreId | Should -Be $kept.StoreId
        $failed.FullyQualifiedErrorId | Should -Contain 'StoreNotFound,VtPS.Commands.GetVtStoreCommand'
        $gone, $there | ForEach-Object { Unregister-VtStore $_ } | Out-Null
    }

    It 'says that there is no Store' {
        { Get-VtStore (Get-FreshPath) } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.GetVtStoreCommand'
    }

    It 'makes nothing where there is no Store' {
        $path = Get-FreshPath
        { Get-VtStore $path } | Should -Throw
        $path | Should -Not -Exist
    }

    It 'says that a folder is no Store' {
        { Get-VtStore (Get-SampleTree) } | Should -Throw -ErrorId 'NotAStore,VtPS.Commands.GetVtStoreCommand'
    }

    It 'refuses an object that is no Store' {
        { Get-VtStore -Store (Get-Process -Id $PID) } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,VtPS.Commands.GetVtStoreCommand'
    }
}
