# Stores that are reached through vt serve: by a command, and by ssh where this machine has sshd.

BeforeDiscovery {
    $script:HasSshd = $IsLinux -and (Test-Path '/usr/sbin/sshd') -and (Get-Command ssh -ErrorAction Ignore)
}

Describe 'Stores elsewhere' {
    BeforeAll {
        . "$PSScriptRoot/common.ps1"
        $program = Join-Path $script:RepositoryRoot 'src/VtPS.Cli/bin/Release/net10.0/vt.dll'
        $dotnet = (Get-Command dotnet).Source
        $source = Get-SampleTree
        $expected = Get-TreeText $source

        # Makes, backs up to, lists, restores from and checks a Store, as one does with a local one.
        function Assert-Usable {
            param([string] $Store)
            (New-VtStore -Path $Store).Path | Should -Be $Store
            $backup = Backup-VtTree -Path $source -Store $Store
            $backup.Status | Should -Be 'Complete'
            $backup.Store | Should -Be $Store
            (Get-VtBackup -Store $Store).Id | Should -Be $backup.Id
            ($backup | Get-VtItem -Recurse).Path | Should -Contain 'docs/deep/deeper/small.bin'
            $out = Get-FreshPath 'out'
            $null = $backup | Restore-VtItem -Destination $out
            Get-TreeText (Join-Path $out 'docs') | Should -Be $expected
            (Test-VtStore -Store $Store -Data).Kind | Should -Be 'Passed'
            (Optimize-VtStore -Store $Store).LeasesStanding | Should -Be 0
        }

        # Runs a script block with an ssh that reaches a private sshd, at port 2222 of this machine.
        function Invoke-WithSsh {
            param([scriptblock] $Do)
            $folder = (New-Item -ItemType Directory (Get-FreshPath 'ssh')).FullName
            ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
            ssh-keygen -q -t ed25519 -N '' -f "$folder/user"
            # Each ssh starts an sshd of its own and speaks with it over input and output: no port to find, no service to wait for.
            # The host key is known for the address's port alone.
            $key = (Get-Content "$folder/host.pub").Split(' ')[0..1] -join ' '
            Set-Content "$folder/known" "[127.0.0.1]:2222 $key"
            Set-Content "$folder/sshd_config" @(
                "HostKey $folder/host", "AuthorizedKeysFile $folder/user.pub", 'StrictModes no', 'UsePAM no', 'PasswordAuthentication no')
            Set-Content "$folder/ssh_config" @(
                'Host *', "ProxyCommand /usr/sbin/sshd -i -f $folder/sshd_config -E $folder/log",
                "IdentityFile $folder/user", 'IdentitiesOnly yes', "UserKnownHostsFile $folder/known")
            Set-Content "$folder/ssh" -Value "#!/bin/sh`nexec ssh -F '$folder/ssh_config' `"`$@`""
            chmod 700 "$folder/ssh"
            if ((id -u) -eq '0') { $null = New-Item -ItemType Directory -Force /run/sshd }
            try {
                $env:VT_SSH = "$folder/ssh"
                $env:VT_REMOTE_COMMAND = "VT_CACHE='$env:VT_CACHE' $dotnet '$program'"
                & $Do
                Get-Content "$folder/log" -Raw | Should -BeLike '*Accepted publickey*'
            }
            finally {
                $env:VT_SSH = $null
                $env:VT_REMOTE_COMMAND = $null
            }
        }
    }

    It 'are used over a command as local ones' -Skip:$IsWindows {
        Assert-Usable "!$dotnet '$program' serve --stdio --store '$(Get-FreshPath 'store')'"
    }

    It 'can be registered' -Skip:$IsWindows {
        $store = Get-FreshStore
        $name = "n$([Guid]::NewGuid().ToString('n'))"
        $command = "!$dotnet '$program' serve --stdio --read-only --store '$($store.Path)'"
        (Register-VtStore $name $command).StoreId | Should -Be $store.StoreId
        try {
            Get-VtBackup -Store $name | Should -BeNullOrEmpty
            { Backup-VtTree -Path $source -Store $name } | Should -Throw -ErrorId 'PeerRightDenied,VtPS.Commands.BackupVtTreeCommand'
        }
        finally { $null = Unregister-VtStore $name }
    }

    It 'are never a command out of an object that was serialised' -Skip:$IsWindows {
        $store = Get-FreshStore
        $backup = Backup-VtTree -Path $source -Store $store
        $mark = Get-FreshPath 'mark'
        $text = [Management.Automation.PSSerializer]::Serialize($backup).Replace($store.Path, "!touch $mark")
        $forged = [Management.Automation.PSSerializer]::Deserialize($text)
        $forged.Store | Should -Be "!touch $mark"
        { $forged | Get-VtItem -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.GetVtItemCommand'
        $text = [Management.Automation.PSSerializer]::Serialize($store).Replace($store.Path, "!touch $mark")
        { Get-VtBackup -Store ([Management.Automation.PSSerializer]::Deserialize($text)) } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.GetVtBackupCommand'
        Test-Path $mark | Should -BeFalse
        (Get-VtItem -Backup $forged -Store $store).Count | Should -BeGreaterThan 0
    }

    It 'give the ids of errors that a peer has' -Skip:$IsWindows {
        { Get-VtBackup -Store '!echo hello' } | Should -Throw -ErrorId 'PeerProtocolMismatch,VtPS.Commands.GetVtBackupCommand'
        { Get-VtBackup -Store '!exit 3' } | Should -Throw -ErrorId 'PeerUnreachable,VtPS.Commands.GetVtBackupCommand'
        { Get-VtBackup -Store 'unix:///no/such/socket' } | Should -Throw -ErrorId 'PeerUnreachable,VtPS.Commands.GetVtBackupCommand'
        { Get-VtBackup -Store 'gopher://host/store' } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.GetVtBackupCommand'
        $category = try { Get-VtBackup -Store '!exit 3' } catch { $_.CategoryInfo.Category }
        $category | Should -Be 'ConnectionError'
    }

    It 'are used over ssh as local ones' -Skip:(-not $HasSshd) {
        Invoke-WithSsh { Assert-Usable "ssh://127.0.0.1:2222$(Get-FreshPath 'store')" }
    }

    It 'take copies over ssh' -Skip:(-not $HasSshd) {
        $near = Get-FreshStore
        $backups = foreach ($i in 1..4) {
            Set-Content -LiteralPath "$source/number.txt" -Value "Backup number $i."
            Backup-VtTree $source -Store $near
        }

        $big = Get-FreshPath 'big'
        $null = New-Item -ItemType Directory $big
        foreach ($i in 1..12) { [IO.File]::WriteAllBytes("$big/$i.bin", (Get-RandomByte -Count 20000000 -Seed $i)) }
        $large = Backup-VtTree $big -Store (Get-FreshStore)
        $path = Get-FreshPath 'far'
        Invoke-WithSsh {
            $far = "ssh://127.0.0.1:2222$path"
            $null = New-VtStore -Path $far
            $before = Get-TreeText $path
            Get-VtBackup -Store $near -Last 3 | Copy-VtBackup -DestinationStore $far -WhatIf | Should -BeNullOrEmpty
            Get-TreeText $path | Should -Be $before

            $copies = Get-VtBackup -Store $near -Last 3 | Copy-VtBackup -DestinationStore $far
            $copies.Id | Should -Be $backups[1..3].Id
            $copies.Root | Should -Be $backups[1..3].Root
            $copies.Store | Select-Object -Unique | Should -Be $far

            ($backups[0, 3] | Copy-VtBackup -DestinationStore $far -Move).Id | Should -Be $backups[0, 3].Id
            (Get-VtBackup -Store $near).Id | Should -Be $backups[1, 2].Id
            (Get-VtBackup -Store $far).Id | Should -Be $backups.Id

            $stop = Measure-Stop -Variable @{ backup = $large; to = $far } -Until { (Get-ChildItem "$path/tmp" -ErrorAction Ignore).Count -gt 0 } -Script '$backup | Copy-VtBackup -DestinationStore $to'
            $stop.State | Should -Be 'Stopped'
            $stop.Seconds | Should -BeLessThan 10
            Get-ChildItem "$path/leases", "$path/tmp" -ErrorAction Ignore | Should -BeNullOrEmpty
            (Get-VtBackup -Store $far).Id | Should -Be $backups.Id
            (Copy-VtBackup $large $far).Id | Should -Be $large.Id
            Test-VtStore $far -Data -Quiet | Should -BeTrue
        }
    }
}
