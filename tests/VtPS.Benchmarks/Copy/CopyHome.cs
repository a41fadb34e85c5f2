using System.Text.Json;

namespace VtPS.Benchmarks.Copy;

/// <summary>A Store with the backups of two versions of a tree, and what its copies by ssh cost.</summary>
internal sealed class CopyHome
{
    private readonly CopyOptions _options;
    private readonly string _folder;
    private readonly Dictionary<string, string> _environment;

    private CopyHome(CopyOptions options, bool encrypts)
    {
        _options = options;
        _folder = Path.Combine(options.Work, encrypts ? "encrypted" : "plain");
        Store = Path.Combine(_folder, "store");
        _environment = new()
        {
            ["VT_CACHE"] = Path.Combine(_folder, "cache"),
            ["VT_CONFIG"] = Path.Combine(_folder, "config.json"),
            ["VT_SSH"] = options.Ssh,
            ["VT_REMOTE_COMMAND"] = $"VT_CACHE='{Path.Combine(_folder, "far-cache")}' '{options.Vt}'",
        };
        Directory.CreateDirectory(_folder);
        if (encrypts)
        {
            _environment["VT_PASSWORD_FILE"] = Path.Combine(_folder, "password");
            File.WriteAllText(_environment["VT_PASSWORD_FILE"], "benchmark\n");
        }
    }

    /// <summary>The Store on this side.</summary>
    public string Store { get; }

    /// <summary>Makes the Store and backs up both versions.</summary>
    public static async Task<CopyHome> MakeAsync(CopyOptions options, bool encrypts)
    {
        CopyHome home = new(options, encrypts);
        await home.InitAsync(home.Store);
        await home.BackUpAsync(options.Old);
        await home.BackUpAsync(options.New);
        return home;
    }

    public Task BackUpAsync(string tree) => VtAsync("backup", tree, "--store", Store);

    /// <summary>The ids of the Store's backups, oldest first.</summary>
    public async Task<string[]> BackupsAsync()
    {
        using JsonDocument backups = JsonDocument.Parse((await VtAsync("backups", "--json", "--store", Store)).Output);
        return [.. backups.RootElement.EnumerateArray().Select(backup => backup.GetProperty("Id").GetString()!)];
    }

    /// <summary>Makes an empty Store at the far end.</summary>
    public async Task<string> MakeFarAsync(string name)
    {
        string address = _options.Host.GetLeftPart(UriPartial.Authority) + Path.Combine(_folder, name);
        await InitAsync(address);
        return address;
    }

    /// <summary>Copies the Store's folder as it is.</summary>
    public Task<TimedCommand> RsyncAsync(string name) => TimedCommand.RunAsync(
        ["rsync", "-a", "-e", $"{_options.Ssh} -p {_options.Host.Port}", Store + "/", $"{_options.Host.Host}:{Path.Combine(_folder, name)}/"], _folder, _environment);

    public Task<TimedCommand> CopyAsync(string to, IEnumerable<string> ids) => VtAsync(["copy", .. ids, "--store", Store, "--to", to]);

    /// <summary>Copies, and counts the protocol's bytes, there and back. Not to be timed.</summary>
    public async Task<(long Up, long Down)> CountAsync(string to, IEnumerable<string> ids)
    {
        string script = Path.Combine(_folder, "counting-ssh");
        (string up, string down) = (Path.Combine(_folder, "up"), Path.Combine(_folder, "down"));
        await File.WriteAllTextAsync(script, $"#!/bin/sh\ntee '{up}' | '{_options.Ssh}' \"$@\" | tee '{down}'\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Dictionary<string, string> environment = new(_environment) { ["VT_SSH"] = script };
        await TimedCommand.RunAsync([_options.Vt, "copy", .. ids, "--store", Store, "--to", to], _folder, environment);
        return (new FileInfo(up).Length, new FileInfo(down).Length);
    }

    private Task<TimedCommand> InitAsync(string store) => VtAsync(
        _environment.TryGetValue("VT_PASSWORD_FILE", out string? password) ? ["init", "--store", store, "--password-file", password] : ["init", "--store", store]);

    private Task<TimedCommand> VtAsync(params string[] arguments) => TimedCommand.RunAsync([_options.Vt, .. arguments], _folder, _environment);
}
