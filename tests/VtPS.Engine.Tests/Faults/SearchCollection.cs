using Xunit;

namespace VtPS.Engine.Tests.Faults;

/// <summary>Searches whose actors wait for their turns on threads of their own: they run by themselves, or the other tests' threads keep them waiting.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SearchCollection
{
    public const string Name = "Searches";
}
