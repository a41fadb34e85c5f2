namespace VtPS.Engine.Objects;

/// <summary>A storage whose objects are not always what lies there byte for byte: whole objects are asked of it, and never by their lengths.</summary>
internal interface IWholeObjects
{
    /// <summary>Reads a whole small object; see <see cref="ObjectStorageExtensions.GetAsync"/>.</summary>
    ValueTask<byte[]> GetAsync(string name, int maximum, CancellationToken cancellationToken);
}
