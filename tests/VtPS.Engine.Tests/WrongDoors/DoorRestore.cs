using VtPS.Engine.Operations;
using Xunit;

namespace VtPS.Engine.Tests.WrongDoors;

/// <summary>What a restore brought.</summary>
/// <param name="Folder">Where it restored to.</param>
/// <param name="Errors">Its errors.</param>
internal sealed record DoorRestore(string Folder, IReadOnlyList<VtError> Errors)
{
    /// <summary>The error about an item.</summary>
    public VtError ErrorOf(string path) => Assert.Single(Errors, error => Equals(error.Target, path) && error.Message.Contains($"'{path}'", StringComparison.Ordinal));

    /// <summary>What was restored to a path; null where nothing was.</summary>
    public byte[]? Read(string path) => File.Exists(Path.Combine(Folder, path)) ? File.ReadAllBytes(Path.Combine(Folder, path)) : null;
}
