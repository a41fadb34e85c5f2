using VtPS.Engine.Listing;

namespace VtPS.Engine.Restores;

/// <summary>Where an entry is inside the backup; the text is made only where somebody reads it.</summary>
internal readonly record struct ItemPath(TreePath Directory, byte[] Name)
{
    public override string ToString() => Directory.Join(Name);
}
