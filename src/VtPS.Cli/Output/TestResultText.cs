namespace VtPS.Cli.Output;

/// <summary>What a check or a repair found, as text.</summary>
internal static class TestResultText
{
    /// <summary>The finding, then a line with the backups that it touches, then a line for each path.</summary>
    public static string Format(VtTestResult row)
    {
        string text = $"{row.Kind}: {row.Message}";
        if (row.BackupId.Length > 0)
        {
            text += "\n    backups: " + string.Join(" ", row.BackupId);
        }

        foreach (string path in row.Path)
        {
            text += "\n    " + path;
        }

        return text;
    }
}
