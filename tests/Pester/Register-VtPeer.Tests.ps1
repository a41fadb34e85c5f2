Describe 'Register-VtPeer, Get-VtPeer and Unregister-VtPeer' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        function Get-FreshFolder {
            param([string] $File)
            $path = Get-FreshPath 'tree'
            $null = New-Item -ItemType Directory -Path $path
            if ($File) { [IO.File]::WriteAllText("$path/$File", $File) }
            $path
        }
    }

    BeforeEach { $name = "n$([Guid]::NewGuid().ToString('n'))" }

    AfterEach { Unregister-VtPeer $name -ErrorAction Ignore | Out-Null }

    It 'gives a tree a name, a group and a right' {
        $peer = Register-VtPeer $name ssh://anna@nas/srv/docs -Group home -Right Write
        $peer | Should -BeOfType VtPS.VtPeer
        $found = Get-VtPeer $name.ToUpperInvariant()
        $found.Name, $found.Uri, $found.Group, $found.Right | Should -Be $name, 'ssh://anna@nas/srv/docs', 'home', 'Write'
        (Get-VtPeer "$($name.Substring(0, 9))*" -Group HO*).Name | Should -Be $name
        Get-VtPeer "$name*" -Group work | Should -BeNullOrEmpty
    }

    It 'keeps the absolute path' {
        $folder = Get-FreshFolder
        Push-Location (Split-Path $folder)
        try { (Register-VtPeer $name (Split-Path -Leaf $folder)).Uri | Should -Be $folder }
        finally { Pop-Location }
        (Get-VtPeer $name).Right | Should -Be 'ReadWrite'
    }

    It 'is another name than that of a Store' {
        $store = New-VtStore (Get-FreshPath 'store') -Name $name
        try {
            $null = Register-VtPeer $name (Get-FreshFolder)
            (Get-VtStore $name).StoreId | Should -Be $store.StoreId
        }
        finally { $null = Unregister-VtStore $name }
        (Get-VtPeer $name).Name | Should -Be $name
    }

    It 'refuses a name that is taken, one that looks like a path, and an address that is none' {
        $null = Register-VtPeer $name (Get-FreshFolder)
        { Register-VtPeer $name (Get-FreshFolder) } | Should -Throw -ErrorId 'NameExists,VtPS.Commands.RegisterVtPeerCommand'
        { Register-VtPeer ./x (Get-FreshFolder) } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.RegisterVtPeerCommand'
        { Register-VtPeer "$name-2" ftp://host/x } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.RegisterVtPeerCommand'
    }

    It 'registers and removes nothing with -WhatIf' {
        Register-VtPeer $name (Get-FreshFolder) -WhatIf | Should -BeNullOrEmpty
        { Get-VtPeer $name -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,VtPS.Commands.GetVtPeerCommand'
        $null = Register-VtPeer $name (Get-FreshFolder)
        Unregister-VtPeer $name -WhatIf | Should -BeNullOrEmpty
        (Get-VtPeer $name).Name | Should -Be $name
    }

    It 'takes names back, from the pipeline too, and goes on after one that is not there' {
        $null = Register-VtPeer $name (Get-FreshFolder)
        $null = Register-VtPeer "$name-2" (Get-FreshFolder)
        (Get-VtPeer "$name-2" | ConvertTo-Deserialized | Unregister-VtPeer).Name | Should -Be "$name-2"
        ("$name-2", $name | Unregister-VtPeer -ErrorAction SilentlyContinue -ErrorVariable failed).Name | Should -Be $name
        $failed.FullyQualifiedErrorId | Should -Be 'PeerNotFound,VtPS.Commands.UnregisterVtPeerCommand'
        Get-VtPeer "$name*" | Should -BeNullOrEmpty
    }

    Context 'a sync with it' {
        It 'takes the name, the object, and the object that came back from elsewhere' {
            $a = Get-FreshFolder 'a'
            $b = Get-FreshFolder 'b'
            $peer = Register-VtPeer $name $b
            (Sync-VtPeer $a $name).Peer | Should -Be $b
            (Get-VtPeer $name | Sync-VtPeer $a).Peer | Should -Be $b
            ($peer | ConvertTo-Deserialized | Sync-VtPeer $a).Peer | Should -Be $b
            "$b/a", "$a/b" | Should -Exist
        }

        It 'only takes from it where it is registered to be read' {
            $a = Get-FreshFolder 'a'
            $b = Get-FreshFolder 'b'
            $null = Register-VtPeer $name $b -Right Read
            (Sync-VtPeer $a $name).RemoteActions | Should -Be 0
            Get-ChildItem $b | ForEach-Object Name | Should -Be 'b'
            Get-ChildItem $a | ForEach-Object Name | Should -Be 'a', 'b'
            (Sync-VtPeer $a $name -Direction Pull).Status | Should -Be 'Complete'
            foreach ($direction in 'Push', 'Both') {
                { Sync-VtPeer $a $name -Direction $direction -ErrorAction Stop } | Should -Throw -ErrorId 'PeerRightDenied,VtPS.Commands.SyncVtPeerCommand'
            }

            { Get-VtPeer $name | ConvertTo-Deserialized | Sync-VtPeer $a -Direction Push -ErrorAction Stop } | Should -Throw -ErrorId 'PeerRightDenied,VtPS.Commands.SyncVtPeerCommand'
            Get-ChildItem $b | ForEach-Object Name | Should -Be 'b'
        }

        It 'only gives to it where it is registered to be written' {
            $a = Get-FreshFolder 'a'
            $b = Get-FreshFolder 'b'
            $null = Register-VtPeer $name $b -Right Write
            (Sync-VtPeer $a $name).LocalActions | Should -Be 0
            Get-ChildItem $a | ForEach-Object Name | Should -Be 'a'
            Get-ChildItem $b | ForEach-Object Name | Should -Be 'a', 'b'
        }

        It 'is for the group that was registered' {
            $a = Get-FreshFolder 'a'
            $b = Get-FreshFolder
            $null = Sync-VtPeer $a $b -Group work
            $null = Register-VtPeer $name $b -Group home
            { Sync-VtPeer $a $name -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
            { Sync-VtPeer $a $name -Group work -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.SyncVtPeerCommand'
        }
    }
}
