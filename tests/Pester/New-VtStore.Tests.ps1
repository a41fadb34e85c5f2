Describe 'New-VtStore' {
    BeforeAll { . $PSScriptRoot/common.ps1 }

    It 'makes a Store with the defaults' {
        $path = Get-FreshPath
        $store = New-VtStore $path
        $store | Should -BeOfType VtPS.VtStore
        $store.Path | Should -Be $path
        $store.StoreId | Should -Match '^[0-9a-f]{32}$'
        $store.HashName | Should -Be 'sha256'
        $store.AverageBlock | Should -Be 256KB
        $store.Compression | Should -BeIn 'zstd', 'brotli'
        $store.IsEncrypted | Should -BeFalse
        Join-Path $path 'store.json' | Should -Exist
    }

    It 'keeps what it is told' {
        $store = Get-FreshStore @{ HashName = 'sha512'; AverageBlock = 64KB; MinimumBlock = 16KB; MaximumBlock = 512KB; Compression = 'brotli'; CompressionLevel = 2; Description = 'For a test.' }
        $again = Get-VtStore $store.Path
        $again.HashName | Should -Be 'sha512'
        $again.AverageBlock | Should -Be 64KB
        $again.MinimumBlock | Should -Be 16KB
        $again.MaximumBlock | Should -Be 512KB
        $again.Compression | Should -Be 'brotli'
        $again.CompressionLevel | Should -Be 2
        $again.Description | Should -Be 'For a test.'
    }

    It 'takes Algorithm for HashName' {
        (New-VtStore (Get-FreshPath) -Algorithm sha512).HashName | Should -Be 'sha512'
    }

    It 'registers the name it is given' {
        $name = "n$([Guid]::NewGuid().ToString('n'))"
        $store = New-VtStore (Get-FreshPath) -Name $name
        $store.Name | Should -Be $name
        (Get-VtStore $name).StoreId | Should -Be $store.StoreId
        Unregister-VtStore $name | Out-Null
    }

    It 'takes a path relative to the location, not to the process' {
        $folder = Get-FreshPath
        $null = New-Item -ItemType Directory $folder
        Push-Location $folder
        try { (New-VtStore relative).Path | Should -Be (Join-Path $folder 'relative') }
        finally { Pop-Location }
    }

    It 'takes a path of a drive of PowerShell' {
        (New-VtStore 'TestDrive:/on-a-drive').Path | Should -Be (Join-Path $TestDrive 'on-a-drive')
    }

    It 'takes its path literally' {
        $path = Get-FreshPath 'a[1]*'
        (New-VtStore $path).Path | Should -Be $path
    }

    It 'uses an empty folder' {
        $path = Get-FreshPath
        $null = New-Item -ItemType Directory $path
        (New-VtStore $path).Path | Should -Be $path
    }

    It 'makes nothing with -WhatIf' {
        $path = Get-FreshPath
        New-VtStore $path -WhatIf | Should -BeNullOrEmpty
        $path | Should -Not -Exist
    }

    It 'refuses a Store that is there' {
        $store = Get-FreshStore
        $before = Get-TreeText $store.Path
        { New-VtStore $store.Path } | Should -Throw -ErrorId 'StoreExists,VtPS.Commands.NewVtStoreCommand'
        Get-TreeText $store.Path | Should -Be $before
    }

    It 'refuses a folder that is not empty' {
        $tree = Get-SampleTree
        $before = Get-TreeText $tree
        { New-VtStore $tree } | Should -Throw -ErrorId 'StorePathNotEmpty,VtPS.Commands.NewVtStoreCommand'
        Get-TreeText $tree | Should -Be $before
    }

    It 'refuses a name that is taken, and makes nothing' {
        $name = "n$([Guid]::NewGuid().ToString('n'))"
        $null = New-VtStore (Get-FreshPath) -Name $name
        $path = Get-FreshPath
        { New-VtStore $path -Name $name } | Should -Throw -ErrorId 'NameExists,VtPS.Commands.NewVtStoreCommand'
        $path | Should -Not -Exist
        Unregister-VtStore $name | Out-Null
    }

    It 'refuses a path of another provider' {
        { New-VtStore 'Env:HOME' } | Should -Throw -ErrorId 'PathNotFileSystem,VtPS.Commands.NewVtStoreCommand'
    }

    It 'refuses an average that is no power of two' {
        { New-VtStore (Get-FreshPath) -AverageBlock 100000 } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.NewVtStoreCommand'
    }

    It 'refuses a hash that it does not know' {
        { New-VtStore (Get-FreshPath) -HashName md5 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,VtPS.Commands.NewVtStoreCommand'
    }

    It 'names the target in its error' {
        $store = Get-FreshStore
        $failure = $null
        try { New-VtStore $store.Path } catch { $failure = $_ }
        $failure.CategoryInfo.Category | Should -Be 'ResourceExists'
        $failure.TargetObject | Should -Not -BeNullOrEmpty
    }
}
