namespace VtPS.Cli.Hosting;

/// <summary>What vt's exit codes say. They are part of the interface and never change their meaning.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage: nothing was begun.</summary>
    public const int Usage = 2;

    /// <summary>Done, but some source items could not be read; of a sync: something waits for the next one, or failed.</summary>
    public const int SourceErrors = 3;

    /// <summary>Done, and differences or damage were found.</summary>
    public const int Found = 4;

    /// <summary>There is no Store.</summary>
    public const int NoStore = 10;

    /// <summary>The Store is busy.</summary>
    public const int StoreBusy = 11;

    /// <summary>The password is missing or wrong.</summary>
    public const int Password = 12;

    /// <summary>Interrupted by a signal.</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code of an error that ended the run.</summary>
    public static int Of(VtErrorId id) => id switch
    {
        VtErrorId.StoreNotSpecified or VtErrorId.InvalidArgument or VtErrorId.InvalidHash or VtErrorId.DestinationNotSpecified => Usage,
        VtErrorId.StoreNotFound or VtErrorId.NotAStore => NoStore,
        VtErrorId.StoreBusy => StoreBusy,
        VtErrorId.PasswordRequired or VtErrorId.PasswordIncorrect => Password,
        _ => Failed,
    };
}
