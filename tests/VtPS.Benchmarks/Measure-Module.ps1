#requires -Version 7.6

<#
.SYNOPSIS
    Measures what the module costs: its import, and Backup-VtTree beside the engine alone.
.DESCRIPTION
    Every run is a process of its own, in turn with the one it is compared with; the medians are emitted.
    Build first: dotnet build -c Release
.EXAMPLE
    ./Measure-Module.ps1 -Tree /usr/share -Rounds 5
#>
[CmdletBinding()]
param(
    # The tree to back up.
    [Parameter(Mandatory)]
    [string] $Tree,

    # How many times each is run.
    [ValidateRange(1, 100)]
    [int] $Rounds = 10,

    # A folder for Stores; emptied.
    [string] $Work = (Join-Path ([IO.Path]::GetTempPath()) 'vtps-measure')
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$root = Split-Path (Split-Path $PSScriptRoot)
$module = Join-Path $root VtPS.psd1
$engine = Join-Path $PSScriptRoot bin/Release/net10.0/VtPS.Benchmarks.dll
$Tree = (Resolve-Path -LiteralPath $Tree).ProviderPath

function Get-Median([double[]] $Value) {
    $sorted = @($Value | Sort-Object)
    ($sorted[[Math]::Floor(($sorted.Count - 1) / 2)] + $sorted[[Math]::Floor($sorted.Count / 2)]) / 2
}

function Invoke-Fresh([string] $Command) {
    [double](pwsh -NoProfile -NonInteractive -Command $Command)
}

function New-Row([string] $What, [double[]] $Own, [double[]] $Other) {
    $ownMedian = Get-Median $Own
    $otherMedian = Get-Median $Other
    [pscustomobject]@{
        What       = $What
        Seconds    = [Math]::Round($ownMedian, 3)
        Least      = [Math]::Round(($Own | Measure-Object -Minimum).Minimum, 3)
        Most       = [Math]::Round(($Own | Measure-Object -Maximum).Maximum, 3)
        Beside     = [Math]::Round($otherMedian, 3)
        Difference = [Math]::Round($ownMedian - $otherMedian, 3)
        Ratio      = [Math]::Round($ownMedian / $otherMedian, 3)
    }
}

$import = @()
$empty = @()
foreach ($round in 1..$Rounds) {
    $empty += (Measure-Command { pwsh -NoProfile -NonInteractive -Command 'exit' }).TotalSeconds
    $import += (Measure-Command { pwsh -NoProfile -NonInteractive -Command "Import-Module '$module'" }).TotalSeconds
}

New-Row 'Import-Module, beside an empty start' $import $empty

# Warm: the tree is read once.
Get-ChildItem -LiteralPath $Tree -Recurse -File -Force | ForEach-Object { [IO.File]::OpenRead($_.FullName).Dispose() }
foreach ($kind in 'first backup', 'unchanged', 'unchanged, the third in one process') {
    $runs = $kind -like '*third*' ? 3 : 1
    $cmdlet = @()
    $alone = @()
    foreach ($round in 1..$Rounds) {
        if ($kind -eq 'first backup') {
            Remove-Item -LiteralPath $Work -Recurse -Force -ErrorAction Ignore
            New-Item -ItemType Directory -Path $Work | Out-Null
        }

        sync
        $alone += [double](dotnet $engine engine-backup $Tree "$Work/engine" "$Work/engine-cache" $runs)
        sync
        $cmdlet += Invoke-Fresh @"
`$env:VT_CACHE = '$Work/cache'; `$env:VT_CONFIG = '$Work/config.json'; `$ProgressPreference = 'SilentlyContinue'
Import-Module '$module'
if (-not (Test-Path '$Work/cmdlet')) { New-VtStore '$Work/cmdlet' | Out-Null }
(1..$runs | ForEach-Object { (Measure-Command { Backup-VtTree '$Tree' -Store '$Work/cmdlet' }).TotalSeconds })[-1]
"@
    }

    New-Row "Backup-VtTree, $kind, beside the engine alone" $cmdlet $alone
}

Remove-Item -LiteralPath $Work -Recurse -Force
