namespace VtPS.Cli.Output;

/// <summary>Standard output cannot be written any more.</summary>
internal sealed class OutputException(IOException cause)
    : Exception("Standard output cannot be written: " + cause.Message, cause);
