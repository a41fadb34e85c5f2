Describe 'Register-VtStore and Unregister-VtStore' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $store = Get-FreshStore
    }

    BeforeEach { $name = "n$([Guid]::NewGuid().ToString('n'))" }

    AfterEach { Unregister-VtStore $name -ErrorAction Ignore | Out-Null }

    It 'gives a Store a name' {
        $registered = Register-VtStore $name $store.Path
        $registered | Should -BeOfType VtPS.VtStore
        $registered.Name | Should -Be $name
        (Get-VtStore $name).StoreId | Should -Be $store.StoreId
        (Get-VtBackup -Store $name) | Should -BeNullOrEmpty
    }

    It 'compares names without regard to case' {
        $null = Register-VtStore $name $store.Path
        (Get-VtStore $name.ToUpperInvariant()).StoreId | Should -Be $store.StoreId
    }

    It 'keeps the absolute path' {
        Push-Location (Split-Path $store.Path)
        try { $null = Register-VtStore $name (Split-Path -Leaf $store.Path) }
        finally { Pop-Location }
        (Get-VtStore $name).Path | Should -Be $store.Path
    }

    It 'refuses a name that is taken' {
        $null = Register-VtStore $name $store.Path
        { Register-VtStore $name $store.Path } | Should -Throw -ErrorId 'NameExists,VtPS.Commands.RegisterVtStoreCommand'
    }

    It 'refuses a path without a Store' {
        { Register-VtStore $name (Get-FreshPath) } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.RegisterVtStoreCommand'
    }

    It 'refuses a name that looks like a path' {
        { Register-VtStore './x' $store.Path } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.RegisterVtStoreCommand'
    }

    It 'registers nothing with -WhatIf' {
        Register-VtStore $name $store.Path -WhatIf | Should -BeNullOrEmpty
        { Get-VtStore $name } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.GetVtStoreCommand'
    }

    It 'takes a name away and gives the Store' {
        $null = Register-VtStore $name $store.Path
        $left = Unregister-VtStore $name
        $left | Should -BeOfType VtPS.VtStore
        $left.Name | Should -BeNullOrEmpty
        $left.StoreId | Should -Be $store.StoreId
        { Get-VtStore $name } | Should -Throw -ErrorId 'StoreNotFound,VtPS.Commands.GetVtStoreCommand'
        $store.Path | Should -Exist
    }

    It 'takes names away from the pipeline' {
        Register-VtStore $name $store.Path | Unregister-VtStore | Out-Null
        { Get-VtStore $name } | Should -Throw
    }

    It 'takes the name of a deserialised Store away' {
        Register-VtStore $name $store.Path | ConvertTo-Deserialized | Unregister-VtStore | Out-Null
        { Get-VtStore $name } | Should -Throw
    }

    It 'takes the name of a Store away that is gone' {
        $lost = New-VtStore (Get-FreshPath) -Name $name
        Remove-Item -Recurse -Force $lost.Path
        Unregister-VtStore $name | Should -BeNullOrEmpty
        (Get-VtStore -ErrorAction Ignore).Name | Should -Not -Contain $name
    }

    It 'leaves the name with -WhatIf' {
        $null = Register-VtStore $name $store.Path
        Unregister-VtStore $name -WhatIf | Should -BeNullOrEmpty
        (Get-VtStore $name).StoreId | Should -Be $store.StoreId
    }

    It 'says that a name is not registered, and goes on' {
        Unregister-VtStore 'nobody' -ErrorAction SilentlyContinue -ErrorVariable failed | Out-Null
        $failed.FullyQualifiedErrorId | Should -Be 'StoreNotFound,VtPS.Commands.UnregisterVtStoreCommand'
    }
}
