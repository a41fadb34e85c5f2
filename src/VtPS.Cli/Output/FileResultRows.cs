using System.Globalization;

namespace VtPS.Cli.Output;

/// <summary>The rows of <c>--pass-thru</c>.</summary>
internal static class FileResultRows
{
    public static RowWriter<VtFileResult> Create(OutputWriter output, bool json) =>
        new(output, json ? VtJsonContext.Default.VtFileResult : null, Format);

    private static string Format(VtFileResult row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Action,-16}  {row.Length,12}  {(row.ItemType == VtItemType.Directory ? row.Path + "/" : row.Path)}");
}
