namespace VtPS.Engine.Objects;

/// <summary>What objects can be called: parts of ASCII letters, digits, <c>.</c>, <c>-</c> and <c>_</c> with one <c>/</c> between them.</summary>
internal static class ObjectNames
{
    /// <summary>The folder of what is not finished; no object's name begins with it.</summary>
    public const string Unfinished = "tmp";

    /// <summary>Checks an object's name.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void Check(string name)
    {
        if (!IsPath(name) || name.StartsWith(Unfinished + "/", StringComparison.Ordinal) || name == Unfinished)
        {
            throw new ArgumentException($"'{name}' cannot be the name of an object.", nameof(name));
        }
    }

    /// <summary>Checks the prefix of a listing: empty, or a path that ends in <c>/</c>.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void CheckPrefix(string prefix)
    {
        if (prefix.Length > 0 && (prefix[^1] != '/' || !IsPath(prefix.AsSpan(0, prefix.Length - 1))))
        {
            throw new ArgumentException($"'{prefix}' cannot be the prefix of a listing: it is neither empty nor a name that ends in '/'.", nameof(prefix));
        }
    }

    /// <summary>Checks an owner's id. It has no dot, so that no owner's files begin like another's.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void CheckOwner(string owner)
    {
        if (!IsPart(owner) || owner.Contains('.', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{owner}' cannot be the id of an owner.", nameof(owner));
        }
    }

    /// <summary>Whether this can be one part of a name.</summary>
    public static bool IsPart(ReadOnlySpan<char> part)
    {
        if (part.IsEmpty || part.Length > 255 || part is "." or "..")
        {
            return false;
        }

        foreach (char c in part)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPath(ReadOnlySpan<char> path)
    {
        foreach (Range part in path.Split('/'))
        {
            if (!IsPart(path[part]))
            {
                return false;
            }
        }

        return true;
    }
}
