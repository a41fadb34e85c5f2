Describe 'Scripts and help' {
    BeforeDiscovery {
        $analyzer = Get-Module PSScriptAnalyzer -ListAvailable
        $platy = Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable | Where-Object Version -GE '1.0'
    }

    BeforeAll { . $PSScriptRoot/common.ps1 }

    It 'has scripts without findings' -Skip:(-not $analyzer) {
        $findings = foreach ($path in 'build.ps1', 'VtPS.psd1', 'tests/Pester') {
            # A variable that BeforeAll sets for It looks unused to the analyzer.
            Invoke-ScriptAnalyzer -Path (Join-Path $RepositoryRoot $path) -Recurse -Severity Warning, Error -ExcludeRule PSUseDeclaredVarsMoreThanAssignments
        }
        $findings | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName) $($_.Message)" } | Should -BeNullOrEmpty
    }

    It 'has the help that its pages give' -Skip:(-not $platy) {
        $copy = Get-FreshPath 'repository'
        $null = New-Item -ItemType Directory $copy
        Copy-Item -LiteralPath "$RepositoryRoot/build.ps1", "$RepositoryRoot/docs" -Destination $copy -Recurse
        pwsh -NoProfile -NonInteractive -File "$copy/build.ps1" -Task Docs | Out-Null
        Get-Content -Raw "$copy/en-US/VtPS.dll-Help.xml" | Should -Be (Get-Content -Raw "$RepositoryRoot/en-US/VtPS.dll-Help.xml")
    }

    It 'shows help for every cmdlet' {
        foreach ($command in Get-Command -Module VtPS) {
            $help = Get-Help $command.Name -Full
            $help.Synopsis | Should -Not -Match ([regex]::Escape("$($command.Name) [")) -Because $command.Name
            @($help.examples.example).Count | Should -BeGreaterOrEqual 2 -Because $command.Name
        }
    }

    It 'names in its help the parameters that the cmdlets have' {
        foreach ($command in Get-Command -Module VtPS) {
            $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
            $expected = $command.Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object
            (Get-Help $command.Name -Full).parameters.parameter.name | Where-Object { $_ -notin $common } | Sort-Object | Should -Be $expected -Because $command.Name
        }
    }

    It 'has the topic <_>' -ForEach 'about_VtPS', 'about_VtStores' {
        Get-Help $_ | Out-String | Should -Match $_
    }
}
