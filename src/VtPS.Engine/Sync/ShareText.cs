namespace VtPS.Engine.Sync;

/// <summary>What content came from whom, as text for users.</summary>
internal static class ShareText
{
    /// <summary>A line for each source that was asked, or should have been; nothing where the peer was the only one.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<ContentShare> shares) => shares.Count < 2 ? [] : shares
        .Where(s => s.Files > 0 || s.Failure is not null)
        .Select(s => string.Create(null, $"From '{s.Name}': {s.Files} files, {s.Bytes} bytes of content.{(s.Failure is { } failure ? " " + failure.Message : string.Empty)}"));
}
