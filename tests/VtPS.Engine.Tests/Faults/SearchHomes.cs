using System.Collections.Concurrent;

namespace VtPS.Engine.Tests.Faults;

/// <summary>The homes of searches, each made once: plain; encrypted; and rekey, an encrypted one whose key was changed. Searches leave them as they are.</summary>
public sealed class SearchHomes : IDisposable
{
    private readonly ConcurrentDictionary<string, Task<FaultHome>> _homes = [];

    internal Task<FaultHome> GetAsync(string name) => _homes.GetOrAdd(name, MakeAsync);

    public void Dispose()
    {
        foreach (Task<FaultHome> home in _homes.Values)
        {
            if (home.IsCompletedSuccessfully)
            {
                home.Result.Dispose();
            }
        }
    }

    private static async Task<FaultHome> MakeAsync(string name)
    {
        FaultHome home = await FaultHome.CreateAsync(settle: true, duplicates: true, encrypted: name != "plain");
        if (name == "rekey")
        {
            await home.ChangeKeyAsync();
        }

        return home;
    }
}
