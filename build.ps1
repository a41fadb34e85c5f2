#requires -Version 7.6

<#
.SYNOPSIS
    Builds, tests, documents or packages VtPS.
.DESCRIPTION
    Build    builds everything and lays the module: Import-Module ./VtPS.psd1 works after it.
    Test     runs every test, the Pester files among them.
    Docs     writes en-US/VtPS.dll-Help.xml anew from the pages in docs.
    Package  lays the module alone, as it is installed, in out/VtPS/<version>.
.EXAMPLE
    ./build.ps1 -Task Package
#>
[CmdletBinding()]
param(
    # What to do.
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Docs', 'Package')]
    [string] $Task = 'Build',

    # Which configuration to build.
    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$solution = Join-Path $PSScriptRoot 'VtPS.sln'
switch ($Task) {
    'Build' {
        dotnet build $solution -c $Configuration
    }
    'Test' {
        dotnet test $solution -c $Configuration
    }
    'Docs' {
        Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0
        $temporary = Join-Path ([IO.Path]::GetTempPath()) "VtPS-help-$([Guid]::NewGuid())"
        try {
            Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'docs') -Filter '*-Vt*.md' |
                Import-MarkdownCommandHelp |
                Export-MamlCommandHelp -OutputFolder $temporary -Force |
                Out-Null
            $help = Get-ChildItem -LiteralPath $temporary -Recurse -Filter 'VtPS.dll-Help.xml'
            $target = New-Item -ItemType Directory -Path (Join-Path $PSScriptRoot 'en-US') -Force
            Copy-Item -LiteralPath $help.FullName -Destination $target
        }
        finally {
            Remove-Item -LiteralPath $temporary -Recurse -Force -ErrorAction Ignore
        }
    }
    'Package' {
        dotnet build $solution -c $Configuration
        $manifest = Import-PowerShellDataFile -LiteralPath (Join-Path $PSScriptRoot 'VtPS.psd1')
        $target = Join-Path $PSScriptRoot "out/VtPS/$($manifest.ModuleVersion)"
        Remove-Item -LiteralPath $target -Recurse -Force -ErrorAction Ignore
        New-Item -ItemType Directory -Path $target | Out-Null
        foreach ($part in 'VtPS.psd1', 'bin', 'en-US', 'LICENSE') {
            Copy-Item -LiteralPath (Join-Path $PSScriptRoot $part) -Destination $target -Recurse
        }

        Test-ModuleManifest -Path (Join-Path $target 'VtPS.psd1')
    }
}
