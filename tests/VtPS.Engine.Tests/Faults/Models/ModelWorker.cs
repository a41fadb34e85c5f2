using System.Diagnostics;
using System.Globalization;
using VtPS.Engine.Objects;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Tests.Faults.Models;

/// <summary>A player in a process of its own: this assembly run as a program.</summary>
internal static class ModelWorker
{
    public const string Verb = "model-player";
    private const string Store = "store";
    private const string Key = "key";

    /// <summary>The path of the Store below the model's folder.</summary>
    public static string StoreOf(string folder) => Path.Combine(folder, Store);

    /// <summary>What opens the Store.</summary>
    public static StoreCredentials CredentialsOf(string folder) => new() { KeyFile = Path.Combine(folder, Key) };

    /// <summary>Starts a process that plays for so long.</summary>
    public static Process Start(string folder, int number, int seed, TimeSpan time)
    {
        string? host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath;
        ProcessStartInfo start = new(host is not null && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] words =
        [
            typeof(ModelWorker).Assembly.Location, Verb, folder, number.ToString(CultureInfo.InvariantCulture), seed.ToString(CultureInfo.InvariantCulture),
            time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (string word in words)
        {
            start.ArgumentList.Add(word);
        }

        return Process.Start(start)!;
    }

    /// <summary>Plays, as the arguments say, and writes a line for each thing that was done: how often, and what.</summary>
    /// <returns>The exit code: 0 unless the player met something that its model does not hold; then standard error says what.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        string folder = arguments[1];
        await using LocalFolderStorage storage = new(StoreOf(folder));
        ModelPlayer player = new(
            int.Parse(arguments[2], CultureInfo.InvariantCulture), int.Parse(arguments[3], CultureInfo.InvariantCulture), storage, CredentialsOf(folder), folder);
        try
        {
            await player.PlayAsync(TimeSpan.FromSeconds(double.Parse(arguments[4], CultureInfo.InvariantCulture)), damages: false);
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            return 1;
        }

        foreach ((string what, int count) in player.Counts)
        {
            Console.WriteLine($"{count} {what}");
        }

        return 0;
    }
}
