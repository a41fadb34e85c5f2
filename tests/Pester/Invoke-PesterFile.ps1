#requires -Version 7.6

<#
.SYNOPSIS
    Runs one Pester file and writes its result as NUnit XML; the exit code is the number of failures.
#>
[CmdletBinding()]
param(
    # The file.
    [Parameter(Mandatory)]
    [string] $Path,

    # Where the result is written.
    [Parameter(Mandatory)]
    [string] $ResultPath
)

$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputPath = $ResultPath
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
$result = Invoke-Pester -Configuration $configuration
exit ($result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount)
