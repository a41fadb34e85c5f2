using System.Runtime.InteropServices;
using System.Security;
using VtPS.Engine.Encryption;

namespace VtPS.Engine.Stores;

/// <summary>
/// What a user gave to open an encrypted Store: the keys of one that was unlocked before, or where the secrets are. It holds no secret in the clear itself,
/// and has no text form.
/// </summary>
internal sealed class StoreCredentials
{
    /// <summary>The variable that names a key file.</summary>
    public const string KeyFileVariable = "VT_KEY_FILE";

    /// <summary>The variable that names a password file.</summary>
    public const string PasswordFileVariable = "VT_PASSWORD_FILE";

    /// <summary>The keys of a Store that was unlocked before; null where there are none.</summary>
    public KeyRing? Ring { get; init; }

    /// <summary>A password; the caller disposes it.</summary>
    public SecureString? Password { get; init; }

    /// <summary>The path of a key file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>The path of a password file.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Whether nothing was given.</summary>
    public bool IsEmpty => Ring is null && Password is null && KeyFile is null && PasswordFile is null;

    /// <summary>What the environment names: <c>VT_KEY_FILE</c>, <c>VT_PASSWORD_FILE</c>; null where neither is set.</summary>
    public static StoreCredentials? FromEnvironment()
    {
        string? key = Environment.GetEnvironmentVariable(KeyFileVariable);
        string? password = Environment.GetEnvironmentVariable(PasswordFileVariable);
        return FromFiles(string.IsNullOrEmpty(key) ? null : Path.GetFullPath(key), string.IsNullOrEmpty(password) ? null : Path.GetFullPath(password));
    }

    /// <summary>Files; null where neither is named.</summary>
    public static StoreCredentials? FromFiles(string? keyFile, string? passwordFile) =>
        keyFile is null && passwordFile is null ? null : new StoreCredentials { KeyFile = keyFile, PasswordFile = passwordFile };

    /// <summary>What is there for runs without a user: the files of the registered Store, else those that the environment names; null for none.</summary>
    /// <exception cref="VtException">StoreReadFailed, InvalidArgument: the registered names cannot be read.</exception>
    public static StoreCredentials? Unattended(StoreAddress address)
    {
        foreach (RegisteredStore store in StoreRegistry.ForUser().List())
        {
            if (store.Path == address.Location
                && (address.Name is null || store.Name.Equals(address.Name, StringComparison.OrdinalIgnoreCase))
                && FromFiles(store.KeyFile, store.PasswordFile) is { } files)
            {
                return files;
            }
        }

        return FromEnvironment();
    }

    /// <summary>Reads the secrets. The caller disposes each.</summary>
    /// <exception cref="VtException">PathNotFound, SourceReadFailed, InvalidArgument: see <see cref="StoreSecret"/>.</exception>
    public List<StoreSecret> Read()
    {
        List<StoreSecret> secrets = [];
        try
        {
            // A key file costs no time to try; a password does.
            if (KeyFile is not null)
            {
                secrets.Add(StoreSecret.FromKeyFile(KeyFile));
            }

            if (PasswordFile is not null)
            {
                secrets.Add(StoreSecret.FromPasswordFile(PasswordFile));
            }

            if (Password is not null)
            {
                secrets.Add(FromSecureString(Password));
            }

            return secrets;
        }
        catch
        {
            secrets.ForEach(static secret => secret.Dispose());
            throw;
        }
    }

    private static unsafe StoreSecret FromSecureString(SecureString password)
    {
        nint characters = Marshal.SecureStringToGlobalAllocUnicode(password);
        try
        {
            return StoreSecret.FromPassword(new ReadOnlySpan<char>((void*)characters, password.Length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(characters);
        }
    }
}
