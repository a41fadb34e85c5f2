namespace VtPS.Engine.Stores;

/// <summary>Where the pages of a <see cref="BlockTable"/> lie that it does not hold in memory. Used by one thread at a time.</summary>
internal interface IBlockPageSource
{
    /// <summary>
    /// The bytes of a page, or nothing where it is gone or cannot be read; they hold until the next call. The table checks them.
    /// </summary>
    /// <param name="position">The page's place, as it was told to the table.</param>
    ReadOnlySpan<byte> Read(long position);

    /// <summary>Says that the last page read was no sound page of its file. The block counts as absent.</summary>
    void Distrust();
}
