using System.Globalization;

namespace VtPS.Cli.Arguments;

/// <summary>Sizes as users write them: <c>100MB</c>, <c>256KiB</c>, <c>1.5g</c>, <c>4096</c>. As in PowerShell a KB that is written is 1,024 bytes.</summary>
internal static class SizeText
{
    private const string Units = "KMGTPE";
    private const string DecimalUnits = "kMGTPE";

    /// <summary>Reads a size in bytes; false for anything that is not one, or is below 0 or beyond Int64.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        ReadOnlySpan<char> number = text.AsSpan().Trim();
        decimal factor = 1;
        if (number.EndsWith("b", StringComparison.OrdinalIgnoreCase))
        {
            number = number[..^1];
            if (number.EndsWith("i", StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^1];
                if (number.IsEmpty || Units.IndexOf(char.ToUpperInvariant(number[^1])) < 0)
                {
                    return false;
                }
            }
        }

        int unit = number.IsEmpty ? -1 : Units.IndexOf(char.ToUpperInvariant(number[^1]));
        if (unit >= 0)
        {
            number = number[..^1].TrimEnd();
            factor = 1L << (10 * (unit + 1));
        }

        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            || value > long.MaxValue / factor)
        {
            return false;
        }

        bytes = (long)(value * factor);
        return true;
    }

    /// <summary>A size made readable as PowerShell's views show it: decimal units, one digit after the point from 1 kB on.</summary>
    public static string Format(long bytes)
    {
        if (bytes < 1000)
        {
            return bytes.ToString(CultureInfo.InvariantCulture) + " B";
        }

        double value = bytes / 1000.0;
        int unit = 0;
        while (value >= 999.95 && unit < DecimalUnits.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {DecimalUnits[unit]}B");
    }
}
