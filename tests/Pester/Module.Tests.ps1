Describe 'The module' {
    BeforeAll { . $PSScriptRoot/common.ps1 }

    It 'is a valid manifest' {
        $module = Test-ModuleManifest -Path $ManifestPath
        $module.ExportedCmdlets.Count | Should -Be @(Get-ChildItem (Join-Path $script:RepositoryRoot 'docs') -Filter '*-Vt*.md').Count
        $module.ExportedAliases.Count | Should -Be 0
        $module.ExportedFunctions.Count | Should -Be 0
        $module.PowerShellVersion | Should -Be '7.6'
    }

    It 'is imported without what Stores need' {
        $loaded = pwsh -NoProfile -NonInteractive -Command "Import-Module '$ManifestPath'; [AppDomain]::CurrentDomain.GetAssemblies().ForEach({ `$_.GetName().Name })"
        $loaded | Should -Contain 'VtPS'
        $loaded | Should -Not -Contain 'VtPS.Sqlite'
        $loaded | Should -Not -Contain 'SQLitePCLRaw.core'
    }

    It 'loads third parties into a context of its own' {
        $null = Get-FreshStore
        foreach ($assembly in [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -match '^(VtPS\.Sqlite|SQLitePCLRaw|Microsoft\.Data\.Sqlite|System\.IO\.Hashing)' }) {
            [Runtime.Loader.AssemblyLoadContext]::GetLoadContext($assembly).Name | Should -Be 'VtPS' -Because $assembly.FullName
        }

        [Runtime.Loader.AssemblyLoadContext]::GetLoadContext([VtPS.VtStore].Assembly).Name | Should -Be 'Default'
    }

    It 'works where version <_> of what it depends on is loaded already' -ForEach '1.0.0.0', '99.0.0.0' {
        $folder = Get-FreshPath 'other'
        $null = New-Item -ItemType Directory $folder
        $script = {
            param($manifest, $folder, $version)
            $ErrorActionPreference = 'Stop'
            $names = 'Microsoft.Data.Sqlite', 'SQLitePCLRaw.core', 'SQLitePCLRaw.batteries_v2', 'SQLitePCLRaw.provider.e_sqlite3'
            if ($version -lt [version]'10.0') { $names += 'System.IO.Hashing' }
            foreach ($name in $names) {
                # An assembly of this name and version that has nothing of what the module needs.
                $other = [Reflection.AssemblyName]::new($name)
                $other.Version = $version
                $own = Join-Path (Split-Path $manifest) "bin/dependencies/$name.dll"
                if (Test-Path $own) { $other.SetPublicKey([Reflection.AssemblyName]::GetAssemblyName($own).GetPublicKey()) }
                $builder = [Reflection.Emit.PersistedAssemblyBuilder]::new($other, [object].Assembly)
                $null = $builder.DefineDynamicModule($name).DefineType("Nothing$($name.Length)").CreateType()
                $builder.Save("$folder/$name.dll")
                $null = [Reflection.Assembly]::LoadFrom("$folder/$name.dll")
            }

            $env:VT_CACHE = "$folder/cache"
            Import-Module $manifest
            $null = New-Item -ItemType Directory "$folder/source"
            [IO.File]::WriteAllBytes("$folder/source/file", [byte[]](1..200))
            $store = New-VtStore "$folder/store"
            $null = Backup-VtTree "$folder/source" -Store $store
            $null = Get-VtBackup latest -Store $store | Restore-VtItem "$folder/out"
            (Get-Item "$folder/out/source/file").Length
            @(Get-ChildItem "$folder/cache" -Filter '*.sqlite').Count
        }
        $file = "$folder/try.ps1"
        Set-Content $file $script.ToString()
        pwsh -NoProfile -NonInteractive -File $file $ManifestPath $folder $_ | Should -Be @('200', '1')
    }

    It 'can be removed and imported again' {
        $result = pwsh -NoProfile -NonInteractive -Command "Import-Module '$ManifestPath'; Remove-Module VtPS; Import-Module '$ManifestPath'; (New-VtStore '$(Get-FreshPath)').HashName"
        $result | Should -Be 'sha256'
    }

    It 'works in several runspaces at once' {
        $tree = Get-SampleTree
        $stores = @(1..4 | ForEach-Object { (Get-FreshStore).Path })
        $manifest = $ManifestPath
        $backups = $stores | ForEach-Object -Parallel {
            Import-Module $using:manifest
            Backup-VtTree $using:tree -Store $_
        }
        $backups.Status | Should -Be @('Complete', 'Complete', 'Complete', 'Complete')
        $backups.Store | Sort-Object | Should -Be ($stores | Sort-Object)
    }

    It 'backs up into one Store from several runspaces at once' {
        $store = Get-FreshStore
        $trees = @(1..3 | ForEach-Object { Get-SampleTree "tree$_" })
        $manifest = $ManifestPath
        $backups = $trees | ForEach-Object -Parallel {
            Import-Module $using:manifest
            Backup-VtTree $_ -Store $using:store
        }
        $backups.Count | Should -Be 3
        foreach ($backup in $backups) {
            $out = Get-FreshPath
            $null = Restore-VtItem $out -Backup $backup
            $name = Split-Path -Leaf $backup.SourcePath[0]
            Get-ContentText "$out/$name" | Should -Be (Get-ContentText $backup.SourcePath[0])
        }
    }

    It 'prompts for nothing' {
        $before = [DateTime]::UtcNow
        $output = pwsh -NoProfile -NonInteractive -Command "Import-Module '$ManifestPath'; Backup-VtTree; 'went on'" 2>&1 | Out-String
        $output | Should -Match 'went on'
        ([DateTime]::UtcNow - $before).TotalSeconds | Should -BeLessThan 30
    }

    It 'ends with the exit code of a scheduled run' {
        $store = Get-FreshStore
        $tree = Get-SampleTree
        pwsh -NoProfile -NonInteractive -Command "Import-Module '$ManifestPath'; Backup-VtTree '$tree' -Store '$($store.Path)' -ErrorAction Stop" | Out-Null
        $LASTEXITCODE | Should -Be 0
        pwsh -NoProfile -NonInteractive -Command "Import-Module '$ManifestPath'; Backup-VtTree '$tree' -Store '$(Get-FreshPath)' -ErrorAction Stop" 2>&1 | Out-Null
        $LASTEXITCODE | Should -Be 1
    }
}
