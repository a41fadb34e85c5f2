# The whole job on a tree with everything that a file system can hold, judged by the suite's own walker over directory handles.

BeforeDiscovery {
    $script:skip = -not $IsLinux
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    function Invoke-TreeTool {
        $lines = & dotnet (Join-Path $script:RepositoryRoot 'tests/VtPS.TreeTool/bin/Release/net10.0/VtPS.TreeTool.dll') @args
        [pscustomobject]@{ Text = $lines -join "`n"; Code = $LASTEXITCODE }
    }

    function Write-RandomFile {
        param([string] $Path, [long] $Length, [byte[]] $First = @())
        $random = [Random]::new(11)
        $buffer = [byte[]]::new(1MB)
        $stream = [IO.File]::Create($Path)
        try {
            $stream.Write($First, 0, $First.Length)
            for ($written = 0L; $written -lt $Length; $written += $buffer.Length) {
                $random.NextBytes($buffer)
                $stream.Write($buffer, 0, $buffer.Length)
            }
        }
        finally {
            $stream.Dispose()
        }
    }
}

Describe 'A tree with everything' -Skip:$skip {
    BeforeAll {
        # The tree with its 3 GB file, its Store and its restore need 10 GB for a while.
        $room = [IO.DriveInfo]::new($TestDrive).AvailableFreeSpace
        $largest = $room -gt 15GB ? 3000000000 : 100000000
        $tree = Get-FreshPath 'nasty'
        $made = Invoke-TreeTool make $tree $largest
        Start-Sleep -Milliseconds 2500
        $store = Get-FreshStore
        $backup = Backup-VtTree -Path $tree -Store $store
        $restored = Get-FreshPath 'restored'
    }

    AfterAll {
        # Names and depths that Remove-Item fails on.
        $null = Invoke-TreeTool remove $tree
        $null = Invoke-TreeTool remove $restored
    }

    It 'is made, with a file of 3 GB where there is room' {
        $made.Code | Should -Be 0 -Because $made.Text
        $largest | Should -Be 3000000000 -Because "the disk has $room bytes free and the test wants 15 GB"
    }

    It 'is backed up without an error' {
        $backup.Status | Should -Be Complete
        $backup.SocketsIgnored | Should -Be 1
        $backup.FileCount | Should -BeGreaterThan 5000
    }

    It 'is listed' {
        @(Get-VtItem -Backup $backup -Store $store -Recurse).Count |
            Should -Be ($backup.FileCount + $backup.DirectoryCount + $backup.OtherCount)
    }

    It 'does not differ from itself' {
        Compare-VtBackup -Reference $backup | Should -BeNullOrEmpty
    }

    It 'is restored with everything that it was' {
        $result = Restore-VtItem -Backup $backup -Destination $restored
        $result.ErrorCount | Should -Be 0
        $compared = Invoke-TreeTool compare $tree (Join-Path $restored (Split-Path -Leaf $tree))
        $compared.Code | Should -Be 0 -Because $compared.Text
    }

    It 'is not read again while it does not change' {
        $again = Backup-VtTree -Path $tree -Store $store
        $again.BytesRead | Should -Be 0
        $again.DataBlocksNew | Should -Be 0
        $again.BytesStored | Should -Be 0
        $again.Root | Should -Be $backup.Root
    }
}

Describe 'A large file that changes a little' -Skip:$skip {
    BeforeAll {
        $folder = Get-FreshPath 'large'
        $null = New-Item -ItemType Directory -Path $folder
        $file = Join-Path $folder 'one.bin'
        Write-RandomFile -Path $file -Length 1GB
        $store = Get-FreshStore
        $first = Backup-VtTree -Path $folder -Store $store
    }

    It 'adds no data block after a touch' {
        (Get-Item -LiteralPath $file).LastWriteTime = Get-Date
        $second = Backup-VtTree -Path $folder -Store $store
        $second.FilesChanged | Should -Be 1
        $second.DataBlocksNew | Should -Be 0
    }

    It 'adds less than 4 MB after one byte is inserted at its front' {
        Write-RandomFile -Path $file -Length 1GB -First 42
        (Get-Item -LiteralPath $file).Length | Should -Be (1GB + 1)
        $third = Backup-VtTree -Path $folder -Store $store
        $third.BytesRead | Should -Be (1GB + 1)
        $third.BytesStored | Should -BeGreaterThan 0
        $third.BytesStored | Should -BeLessThan 4000000
        $first.BytesStored | Should -BeGreaterThan 1000000000
    }
}
