Describe 'Completion' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $name = "store$([Guid]::NewGuid().ToString('n').Substring(0, 8))"
        $store = New-VtStore (Get-FreshPath 'store') -Name $name
        $tree = Get-SampleTree
        $null = New-Item -ItemType File "$tree/with space.txt"
        $backup = Backup-VtTree $tree -Store $store -Subset 'my papers' -Tag nightly -HostName alpha

        # A completer gives up after 300 ms: on a busy machine it may need to be asked again, as a user would.
        function Complete([string] $Line) {
            foreach ($attempt in 1..5) {
                $found = (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches
                if ($found.Count -gt 0) { break }
            }
            $found
        }
    }

    AfterAll { Unregister-VtStore $name -ErrorAction Ignore | Out-Null }

    It 'offers the names of registered Stores' {
        $found = Complete "Get-VtBackup -Store $($name.Substring(0, 6))"
        $found.CompletionText | Should -Contain $name
        ($found | Where-Object CompletionText -EQ $name).ToolTip | Should -Be $store.Path
        (Complete "Unregister-VtStore $($name.Substring(0, 6))").CompletionText | Should -Contain $name
    }

    It 'offers the names of registered peers, and folders where none fits' {
        $peer = Register-VtPeer "peer$name" ssh://nas/srv/docs
        try {
            $found = Complete "Sync-VtPeer . peer$($name.Substring(0, 6))"
            $found.CompletionText | Should -Be $peer.Name
            $found.ToolTip | Should -Be 'ssh://nas/srv/docs'
            (Complete "Get-VtPeer peer$($name.Substring(0, 6))").CompletionText | Should -Be $peer.Name
            (Complete "Unregister-VtPeer peer$($name.Substring(0, 6))").CompletionText | Should -Be $peer.Name
            (Complete "Sync-VtPeer . $(Split-Path $tree)/do").CompletionText | Should -BeLike '*docs*'
        }
        finally { $null = $peer | Unregister-VtPeer }
    }

    It 'offers the ids of backups, with what they are in the tooltip' {
        $found = Complete "Get-VtItem -Store $name -Backup "
        $found.CompletionText | Should -Contain $backup.Id
        $found[0].ToolTip | Should -Match 'my papers'
        (Complete "Get-VtBackup -Store $name $($backup.Id.Substring(0, 4))").CompletionText | Should -Be $backup.Id
        (Complete "Restore-VtItem -Store '$($store.Path)' -Backup ").CompletionText | Should -Contain $backup.Id
    }

    It 'reads -Store as an object, too' {
        Set-Variable -Scope Global -Name completionStore -Value $store
        try { (Complete 'Get-VtItem -Store $completionStore -Backup ').CompletionText | Should -Contain $backup.Id }
        finally { Remove-Variable -Scope Global completionStore }
    }

    It 'offers subsets, in quotes where they must be' {
        (Complete "Get-VtBackup -Store $name -Subset ").CompletionText | Should -Be "'my papers'"
        (Complete "Get-VtBackup -Store $name -Subset 'my").CompletionText | Should -Be "'my papers'"
    }

    It 'offers tags and hosts' {
        (Complete "Get-VtBackup -Store $name -Tag ni").CompletionText | Should -Be 'nightly'
        (Complete "Get-VtBackup -Store $name -HostName ").CompletionText | Should -Be 'alpha'
    }

    It 'offers paths inside a backup' {
        (Complete "Get-VtItem -Store $name -Backup $($backup.Id) -Path ").CompletionText | Should -Be 'docs'
        (Complete "Get-VtItem -Store $name -Backup $($backup.Id) -Path docs/de").CompletionText | Should -Be 'docs/deep'
        (Complete "Get-VtItem -Store $name -Backup latest -Path 'docs/wi").CompletionText | Should -Be "'docs/with space.txt'"
        (Complete "Restore-VtItem out -Store $name -Backup latest -Path docs/r").CompletionText | Should -Be 'docs/readme.txt'
    }

    It 'offers hashes and codecs' {
        (Complete 'New-VtStore x -HashName s').CompletionText | Should -Contain 'sha256'
        (Complete 'New-VtStore x -Compression ').CompletionText | Should -Contain 'zstd'
    }

    It 'uses the Store of VT_STORE' {
        $env:VT_STORE = $store.Path
        try { (Complete 'Get-VtBackup -Tag ').CompletionText | Should -Contain 'nightly' }
        finally { $env:VT_STORE = $null }
    }

    It 'offers nothing, quickly and quietly, where there is no Store' {
        $Error.Clear()
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (Complete "Get-VtBackup -Store $(Get-FreshPath) -Tag ").CompletionText | Should -Not -Contain 'nightly'
        (Complete 'Get-VtBackup -Tag ').CompletionText | Should -Not -Contain 'nightly'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
    }

    It 'shows what each parameter is for' {
        $found = Complete 'Backup-VtTree -Sub'
        $found.CompletionText | Should -Be '-Subset'
        $found.ToolTip | Should -Match 'history'
    }
}
