namespace VtPS.Engine.Tests.Faults.Search;

/// <summary>What a call did to one object.</summary>
/// <param name="Name">The object.</param>
/// <param name="Object">What it is from then on; null for gone.</param>
internal readonly record struct ImageChange(string Name, StoredObject? Object)
{
    public StoreImage ApplyTo(StoreImage image) => Object is null ? image.Without(Name) : image.With(Object);
}
