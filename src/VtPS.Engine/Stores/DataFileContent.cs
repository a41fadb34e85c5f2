namespace VtPS.Engine.Stores;

/// <summary>What a data file's blocks are. The numbers stand in Stores and never change.</summary>
internal enum DataFileContent : byte
{
    /// <summary>Content of files.</summary>
    Files = 1,

    /// <summary>Directories, side-cars and indirect blocks.</summary>
    Trees = 2,
}
