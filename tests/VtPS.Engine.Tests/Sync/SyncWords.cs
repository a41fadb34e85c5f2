using VtPS.Engine.Sync;
using Xunit;

namespace VtPS.Engine.Tests.Sync;

/// <summary>The words of a scenario that say how to sync: a policy, <c>push</c>, <c>pull</c>, <c>exclude=PATTERN</c>.</summary>
internal sealed record SyncWords(SyncRequest Request)
{
    public SyncWords With(string[] words)
    {
        SyncRequest request = Request;
        foreach (string word in words)
        {
            request = word switch
            {
                "newer" => request with { ConflictPolicy = VtConflictPolicy.NewerWins },
                "local" => request with { ConflictPolicy = VtConflictPolicy.Local },
                "remote" => request with { ConflictPolicy = VtConflictPolicy.Remote },
                "push" => request with { Direction = VtSyncDirection.Push },
                "pull" => request with { Direction = VtSyncDirection.Pull },
                _ when word.StartsWith("exclude=", StringComparison.Ordinal) => request with { Exclude = [.. request.Exclude, word["exclude=".Length..]] },
                _ => throw new Xunit.Sdk.XunitException($"There is no way to sync called '{word}'."),
            };
        }

        return new SyncWords(request);
    }
}
