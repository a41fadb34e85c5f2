namespace VtPS.Module.Tests;

/// <summary>Finds the repository that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its root: the folder with VtPS.psd1.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "VtPS.psd1")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} has a VtPS.psd1.");
    }
}
