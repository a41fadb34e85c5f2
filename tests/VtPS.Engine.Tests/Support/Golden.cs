using Xunit;

namespace VtPS.Engine.Tests.Support;

/// <summary>Compares bytes with what the format says they are, in hexadecimal digits.</summary>
internal static class Golden
{
    /// <summary>The bytes of digits; blanks and line ends between them are for the eye.</summary>
    public static byte[] Bytes(string digits) => Convert.FromHexString(string.Concat(digits.Where(c => !char.IsWhiteSpace(c))));

    /// <summary>Fails, showing both, unless the bytes are these.</summary>
    public static void Equal(string digits, ReadOnlySpan<byte> actual) =>
        Assert.Equal(Convert.ToHexStringLower(Bytes(digits)), Convert.ToHexStringLower(actual));
}
