Describe 'Encrypted Stores' {
    BeforeAll {
        . $PSScriptRoot/common.ps1
        $keyFile = Get-FreshKeyFile
        $tree = Get-SampleTree
        $store = Get-FreshStore @{ Password = Get-TestPassword; KeyFile = $keyFile }
        $backup = Backup-VtTree $tree -Store $store
    }

    AfterEach {
        $env:VT_KEY_FILE = $null
        $env:VT_PASSWORD_FILE = $null
    }

    It 'opens by password and by key file' {
        (Get-VtStore $store.Path -Password (Get-TestPassword)).IsEncrypted | Should -BeTrue
        (Get-VtStore $store.Path -KeyFile $keyFile).StoreId | Should -Be $store.StoreId
    }

    It 'opens by the object that was unlocked, and by what came from it' {
        $target = Get-FreshPath 'out'
        Get-VtStore $store.Path -KeyFile $keyFile | Get-VtBackup | Restore-VtItem $target | Out-Null
        Get-TreeText "$target/docs" | Should -Be (Get-TreeText $tree)
        Get-VtItem -Backup $backup -Path docs/readme.txt | Restore-VtItem (Get-FreshPath 'one') -PassThru | Should -Not -BeNullOrEmpty
        (Get-VtBlock -Backup $backup | Select-Object -First 1).Hash | Should -Not -BeNullOrEmpty
        Compare-VtBackup $backup -DifferencePath (Split-Path $tree) -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'asks for a password where there is none' {
        { Get-VtBackup -Store $store.Path } | Should -Throw -ErrorId 'PasswordRequired,VtPS.Commands.GetVtBackupCommand'
    }

    It 'refuses a wrong password and a wrong key file' {
        { Get-VtStore $store.Path -Password (Get-TestPassword 'wrong') } | Should -Throw -ErrorId 'PasswordIncorrect,VtPS.Commands.GetVtStoreCommand'
        { Get-VtStore $store.Path -KeyFile (Get-FreshKeyFile) } | Should -Throw -ErrorId 'PasswordIncorrect,VtPS.Commands.GetVtStoreCommand'
    }

    It 'refuses a password for a plain Store' {
        $plain = Get-FreshStore
        { Get-VtStore $plain.Path -Password (Get-TestPassword) } | Should -Throw -ErrorId 'InvalidArgument,VtPS.Commands.GetVtStoreCommand'
    }

    It 'finds the files that the environment names' {
        $env:VT_KEY_FILE = $keyFile
        (Get-VtBackup -Store $store.Path).Id | Should -Be $backup.Id
        $env:VT_KEY_FILE = $null
        $env:VT_PASSWORD_FILE = Get-FreshPath 'password'
        Set-Content -LiteralPath $env:VT_PASSWORD_FILE -Value 'correct horse'
        (Get-VtBackup -Store $store.Path).Id | Should -Be $backup.Id
    }

    It 'finds the files of a registered Store' {
        $name = "n$([Guid]::NewGuid().ToString('n'))"
        { Register-VtStore $name $store.Path -KeyFile (Get-FreshKeyFile) } | Should -Throw -ErrorId 'PasswordIncorrect,VtPS.Commands.RegisterVtStoreCommand'
        $null = Register-VtStore $name $store.Path -KeyFile $keyFile
        try {
            (Get-VtBackup -Store $name).Id | Should -Be $backup.Id
            (Get-VtStore | Where-Object Name -EQ $name).IsEncrypted | Should -BeTrue
        }
        finally {
            (Unregister-VtStore $name).StoreId | Should -Be $store.StoreId
        }
    }

    It 'does not survive serialisation' {
        $again = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($store))
        { Get-VtBackup -Store $again } | Should -Throw -ErrorId 'PasswordRequired,VtPS.Commands.GetVtBackupCommand'
        $store | ConvertTo-Json | Should -Not -Match 'Keys|correct'
        $store.PSObject.Properties.Name | Should -Not -Contain 'Keys'
    }

    It 'completes ids of an unlocked Store alone' {
        $id = $backup.Id.Substring(0, 6)
        $line = "Restore-VtItem -Store `$store -Backup $id"
        $results = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
        $results.CompletionMatches.CompletionText | Should -Contain $backup.Id
        { TabExpansion2 "Restore-VtItem -Store '$($store.Path)' -Backup " } | Should -Not -Throw
    }
}
