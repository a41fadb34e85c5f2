# Dot-sourced in the BeforeAll of every Pester file: imports the module as it was built and makes what tests need.

$script:RepositoryRoot = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$script:ManifestPath = Join-Path $script:RepositoryRoot 'VtPS.psd1'
Import-Module $script:ManifestPath -Force

# Nothing of the user's own may be read or written.
if (-not $env:VT_CONFIG) { $env:VT_CONFIG = Join-Path ([IO.Path]::GetTempPath()) "vtps-config-$([Guid]::NewGuid())/config.json" }
if (-not $env:VT_CACHE) { $env:VT_CACHE = Join-Path ([IO.Path]::GetTempPath()) "vtps-cache-$([Guid]::NewGuid())" }
$env:VT_STORE = $null

# A path in TestDrive that nothing has.
function Get-FreshPath {
    [OutputType([string])]
    param([string] $Name = 'fresh')
    Join-Path $TestDrive "$Name-$([Guid]::NewGuid().ToString('n').Substring(0, 8))"
}

# A new Store in TestDrive.
function Get-FreshStore {
    param([hashtable] $With = @{})
    New-VtStore -Path (Get-FreshPath 'store') @With
}

# A small tree with a bit of everything; gives its path.
function Get-SampleTree {
    [OutputType([string])]
    param([string] $Name = 'docs')
    $root = Join-Path (Get-FreshPath 'source') $Name
    $null = New-Item -ItemType Directory -Path "$root/deep/deeper", "$root/empty"
    Set-Content -LiteralPath "$root/readme.txt" -Value 'Read me first.'
    Set-Content -LiteralPath "$root/.hidden" -Value 'A name that begins with a dot.'
    $null = New-Item -ItemType File -Path "$root/empty.txt"
    [IO.File]::WriteAllBytes("$root/deep/random.bin", (Get-RandomByte -Count 700000 -Seed 1))
    [IO.File]::WriteAllBytes("$root/deep/zeros.bin", [byte[]]::new(1000000))
    [IO.File]::WriteAllBytes("$root/deep/deeper/small.bin", (Get-RandomByte -Count 5000 -Seed 2))
    Set-Content -LiteralPath "$root/deep/a[1].txt" -Value 'A name with brackets.'
    if (-not $IsWindows) {
        $null = New-Item -ItemType SymbolicLink -Path "$root/link" -Target 'readme.txt'
        $null = New-Item -ItemType HardLink -Path "$root/deep/same.txt" -Target "$root/readme.txt"
    }

    # Older than the two seconds within which a file is read again.
    $old = [DateTime]::UtcNow.AddDays(-3)
    Get-ChildItem -LiteralPath $root -Recurse -Force -File | Where-Object { -not $_.LinkType -or $_.LinkType -eq 'HardLink' } |
        ForEach-Object { $_.LastWriteTimeUtc = $old }
    $root
}

# The same bytes for the same seed.
function Get-RandomByte {
    [OutputType([byte[]])]
    param([int] $Count, [int] $Seed)
    $bytes = [byte[]]::new($Count)
    [Random]::new($Seed).NextBytes($bytes)
    , $bytes
}

# One line for each entry below a folder: path, kind, length, time, target and hash. Equal texts are equal trees.
function Get-TreeText {
    [OutputType([string])]
    param([string] $Path)
    if (-not (Test-Path -LiteralPath $Path)) { return '(none)' }
    $lines = Get-ChildItem -LiteralPath $Path -Recurse -Force | Sort-Object FullName | ForEach-Object {
        $hash = if ($_ -is [IO.FileInfo] -and $_.LinkType -ne 'SymbolicLink') { (Get-FileHash -LiteralPath $_.FullName).Hash }
        '{0}|{1}|{2}|{3}|{4}' -f [IO.Path]::GetRelativePath($Path, $_.FullName), $_.UnixMode, $_.LastWriteTimeUtc.Ticks, $_.LinkTarget, $hash
    }
    $lines -join "`n"
}

# As Get-TreeText, but without times: for copies whose folders were touched.
function Get-ContentText {
    [OutputType([string])]
    param([string] $Path)
    (Get-TreeText -Path $Path) -replace '(?m)^([^|]*\|[^|]*)\|[^|]*\|', '$1|'
}

# An object as another session gets it.
function ConvertTo-Deserialized {
    param([Parameter(Mandatory, ValueFromPipeline)] [object] $InputObject)
    process {
        [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($InputObject))
    }
}

# A tree of many small files; gives its path.
function Get-WideTree {
    [OutputType([string])]
    param([int] $Count = 2000)
    $root = Get-FreshPath 'wide'
    $null = New-Item -ItemType Directory -Path $root
    foreach ($i in 1..$Count) { [IO.File]::WriteAllText("$root/file$i.txt", "This is file number $i.") }
    $root
}

# A stream of bytes without end, as fast as they are read, or slower.
function Get-EndlessStream {
    param([int] $BytesPerSecond = 50000000)
    if (-not ('EndlessStream' -as [type])) {
        Add-Type -TypeDefinition @'
using System;
using System.IO;
using System.Threading;

public sealed class EndlessStream : Stream
{
    private readonly Random _random = new Random(7);
    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
    private readonly int _rate;

    public EndlessStream(int rate) => _rate = rate;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => Given; set => throw new NotSupportedException(); }
    public long Given { get; private set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (Given > _rate * _watch.Elapsed.TotalSeconds)
        {
            Thread.Sleep(5);
        }

        _random.NextBytes(buffer.AsSpan(offset, count));
        Given += count;
        return count;
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
'@
    }

    [EndlessStream]::new($BytesPerSecond)
}

# Runs a script in a runspace of its own, stops it once a condition holds, and gives how many seconds stopping took and how it ended.
function Measure-Stop {
    param([string] $Script, [hashtable] $Variable = @{}, [scriptblock] $Until)
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule($script:ManifestPath)
    foreach ($name in $Variable.Keys) {
        $state.Variables.Add([Management.Automation.Runspaces.SessionStateVariableEntry]::new($name, $Variable[$name], ''))
    }

    $shell = [powershell]::Create($state)
    try {
        $null = $shell.AddScript($Script)
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $inputs = [Management.Automation.PSDataCollection[psobject]]::new()
        $inputs.Complete()
        $running = $shell.BeginInvoke($inputs, $output)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while (-not (& $Until $output) -and $watch.Elapsed.TotalSeconds -lt 30 -and -not $running.IsCompleted) { Start-Sleep -Milliseconds 20 }
        $ranAtStop = -not $running.IsCompleted
        $watch.Restart()
        $shell.Stop()
        [pscustomobject]@{
            Seconds = $watch.Elapsed.TotalSeconds
            RanAtStop = $ranAtStop
            State = $shell.InvocationStateInfo.State
            Output = @($output)
            Progress = @($shell.Streams.Progress)
        }
    }
    finally {
        $shell.Dispose()
    }
}

# A password as the cmdlets take it.
function Get-TestPassword {
    [OutputType([securestring])]
    param([string] $Text = 'correct horse')
    $password = [securestring]::new()
    $Text.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
    $password
}

# A file of 32 random bytes.
function Get-FreshKeyFile {
    [OutputType([string])]
    param()
    $path = Get-FreshPath 'key'
    [IO.File]::WriteAllBytes($path, [Security.Cryptography.RandomNumberGenerator]::GetBytes(32))
    $path
}
