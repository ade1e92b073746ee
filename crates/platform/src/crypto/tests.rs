//! Known answers of both suites, and the key file.

use super::*;
use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use std::os::unix::fs::PermissionsExt;

const SUITES: [Suite; 2] = [Suite::International, Suite::National];

fn hex(text: &str) -> Vec<u8> {
    HEX.decode(text.as_bytes()).unwrap()
}

fn clock() -> Clock {
    Clock::fixed("2026-11-22T01:00:00Z".parse().unwrap())
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("xuequan-keys-{name}-{:x}", Random::system().u64()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn aes_256_gcm_gives_case_16_of_the_gcm_paper() {
    let key: [u8; 32] = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        .try_into()
        .unwrap();
    let cipher = Cipher::Aes(Box::new(Aes256Gcm::new(&key.into())));
    let nonce: [u8; 12] = hex("cafebabefacedbaddecaf888").try_into().unwrap();
    let plain = hex(concat!(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    ));
    let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let expected = hex(concat!(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b"
    ));
    assert_eq!(cipher.seal(&nonce, &plain, &aad).unwrap(), expected);
    assert_eq!(cipher.open(&nonce, &expected, &aad).unwrap(), plain);
}

#[test]
fn sm4_gcm_gives_the_vector_of_rfc_8998() {
    let key: [u8; 16] = hex("0123456789abcdeffedcba9876543210").try_into().unwrap();
    let cipher = Cipher::Sm4(Box::new(Sm4Gcm::new(&key.into())));
    let nonce: [u8; 12] = hex("00001234567800000000abcd").try_into().unwrap();
    let plain = hex(concat!(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd",
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    ));
    let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let expected = hex(concat!(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
        "83de3541e4c2b58177e065a9bf7b62ec"
    ));
    assert_eq!(cipher.seal(&nonce, &plain, &aad).unwrap(), expected);
    assert_eq!(cipher.open(&nonce, &expected, &aad).unwrap(), plain);
}

#[test]
fn macs_and_hashes_give_their_published_values() {
    use sm3::Digest;
    // GB/T 32905-2016 appendix A.1.
    assert_eq!(
        Sm3::digest(b"abc").to_vec(),
        hex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
    );
    // RFC 4231 case 2, and the same with SM3 as OpenSSL 3.0 reckons it.
    let text = b"what do ya want for nothing?";
    assert_eq!(
        mac::<Hmac<Sha256>>(b"Jefe", &[text])
            .finalize()
            .into_bytes()
            .to_vec(),
        hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    );
    assert_eq!(
        mac::<Hmac<Sm3>>(b"Jefe", &[text])
            .finalize()
            .into_bytes()
            .to_vec(),
        hex("2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882")
    );
}

#[test]
fn sealed_texts_open_at_their_place_only() {
    for suite in SUITES {
        let ring = KeyRing::in_memory(suite, &Random::system());
        for plain in ["", "310101195001011234", "糖尿病，随身带药", &"长".repeat(5000)] {
            let sealed = ring.seal(plain, "person.id_number.00001");
            assert!(
                sealed.starts_with(&format!("v1.{}.1.", suite.number())),
                "{sealed}"
            );
            assert!(plain.is_empty() || !sealed.contains(plain));
            assert_eq!(ring.open(&sealed, "person.id_number.00001").as_deref(), Ok(plain));
            assert_eq!(
                ring.open(&sealed, "person.id_number.00002"),
                Err(CryptoError::Damaged)
            );
            assert_eq!(
                ring.open(&sealed, "person.phone.00001"),
                Err(CryptoError::Damaged)
            );
            let other = KeyRing::in_memory(suite, &Random::system());
            assert_eq!(
                other.open(&sealed, "person.id_number.00001"),
                Err(CryptoError::Damaged)
            );
        }
        assert_ne!(
            ring.seal("same", "a.b.c"),
            ring.seal("same", "a.b.c"),
            "equal texts do not look equal"
        );
    }
}

#[test]
fn a_change_of_any_letter_is_noticed() {
    for suite in SUITES {
        let ring = KeyRing::in_memory(suite, &Random::seeded(1));
        let sealed = ring.seal("13800000000", "p");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(ring.open(&changed, "p").is_err(), "{changed}");
        }
        for cut in 0..sealed.len() {
            assert!(ring.open(sealed.get(..cut).unwrap(), "p").is_err());
        }
    }
}

#[test]
fn texts_of_other_forms_are_refused() {
    let ring = KeyRing::in_memory(Suite::International, &Random::seeded(1));
    let sealed = ring.seal("x", "p");
    let body = sealed.rsplit_once('.').unwrap().1;
    let cases = [
        (String::new(), CryptoError::NotSealed),
        ("13800000000".to_owned(), CryptoError::NotSealed),
        (format!("v2.1.1.{body}"), CryptoError::NotSealed),
        (format!("v1.1.01.{body}"), CryptoError::NotSealed),
        (format!("v1.+1.1.{body}"), CryptoError::NotSealed),
        (format!("v1.1.1.1.{body}"), CryptoError::NotSealed),
        ("v1.1.1.".to_owned(), CryptoError::NotSealed),
        ("v1.1.1.AAAA".to_owned(), CryptoError::NotSealed),
        (format!("v1.1.1.{body}="), CryptoError::NotSealed),
        (format!("v1.1.7.{body}"), CryptoError::UnknownKey(7)),
        (format!("v1.2.1.{body}"), CryptoError::Damaged),
    ];
    for (text, expected) in cases {
        assert_eq!(ring.open(&text, "p"), Err(expected), "{text}");
        assert!(expected.to_string().ends_with('。'));
    }
}

#[test]
fn a_repeating_random_source_gives_no_nonce_twice() {
    let nonce = |plain: &str, place: &str| {
        let sealed = KeyRing::in_memory(Suite::International, &Random::seeded(1)).seal(plain, place);
        let bytes = BASE64URL_NOPAD
            .decode(sealed.rsplit_once('.').unwrap().1.as_bytes())
            .unwrap();
        bytes[..NONCE_BYTES].to_vec()
    };
    assert_eq!(nonce("a", "p"), nonce("a", "p"), "the demo repeats");
    assert_ne!(nonce("a", "p"), nonce("b", "p"));
    assert_ne!(nonce("a", "p"), nonce("a", "q"));
    assert_ne!(
        nonce("b", "pa"),
        nonce("ab", "p"),
        "place and text do not run together"
    );
}

#[test]
fn blind_indexes_find_equals_within_one_purpose() {
    for suite in SUITES {
        let random = Random::seeded(3);
        let ring = KeyRing::in_memory(suite, &random);
        let mark = ring.blind_index("person.phone", "13800000000");
        assert_eq!(mark, ring.blind_index("person.phone", "13800000000"));
        assert_eq!(mark.len(), 24);
        assert_ne!(mark, ring.blind_index("person.phone", "13800000001"));
        assert_ne!(mark, ring.blind_index("contact.phone", "13800000000"));
        assert_ne!(
            mark,
            KeyRing::in_memory(suite, &random).blind_index("person.phone", "13800000000")
        );
    }
}

#[test]
fn signatures_hold_for_their_purpose_bytes_and_ring() {
    for suite in SUITES {
        let ring = KeyRing::in_memory(suite, &Random::system());
        let signature = ring.sign("csrf", b"session 1");
        assert!(ring.verify("csrf", b"session 1", &signature));
        assert!(!ring.verify("csrf", b"session 2", &signature));
        assert!(!ring.verify("attendance", b"session 1", &signature));
        assert!(!KeyRing::in_memory(suite, &Random::system()).verify("csrf", b"session 1", &signature));
        for at in 0..signature.len() {
            let mut changed = signature.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            assert!(!ring.verify("csrf", b"session 1", std::str::from_utf8(&changed).unwrap()));
        }
        for text in [
            "",
            "..",
            "1.1.",
            signature.get(..signature.len() - 2).unwrap(),
            &format!("{signature}.x"),
        ] {
            assert!(!ring.verify("csrf", b"session 1", text), "{text}");
        }
    }
}

#[test]
fn the_key_file_is_made_once_and_read_again() {
    let folder = folder("once");
    let path = folder.join("keys.json");
    let made = KeyRing::open_or_create(&path, &clock(), &Random::system()).unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let sealed = made.seal("13800000000", "p");
    let read = KeyRing::open_or_create(&path, &clock(), &Random::system()).unwrap();
    assert_eq!(read.open(&sealed, "p").as_deref(), Ok("13800000000"));
    assert_eq!(made.blind_index("x", "1"), read.blind_index("x", "1"));
    assert!(read.verify("x", b"1", &made.sign("x", b"1")));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("2026-11-22T01:00:00.000Z") && text.contains("aes-256-gcm hmac-sha256"));
    assert!(!format!("{made:?}").contains("secret"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn rotation_keeps_old_texts_readable_and_asks_for_resealing() {
    let folder = folder("rotate");
    let path = folder.join("keys.json");
    let random = Random::system();
    assert!(matches!(
        KeyRing::rotate(&path, Suite::National, &clock(), &random),
        Err(KeyFileError::NotAKeyFile(_))
    ));
    let before = KeyRing::open_or_create(&path, &clock(), &random).unwrap();
    let (old, signature, mark) = (
        before.seal("旧", "p"),
        before.sign("s", b"x"),
        before.blind_index("i", "x"),
    );
    assert!(!before.needs_reseal(&old));
    KeyRing::rotate(&path, Suite::National, &clock(), &random).unwrap();
    let after = KeyRing::open_or_create(&path, &clock(), &random).unwrap();
    assert_eq!(after.open(&old, "p").as_deref(), Ok("旧"));
    assert!(after.needs_reseal(&old));
    assert!(after.verify("s", b"x", &signature));
    assert_eq!(after.blind_index("i", "x"), mark, "rows stay findable");
    let new = after.seal("新", "p");
    assert!(new.starts_with("v1.2.2."), "{new}");
    assert!(!after.needs_reseal(&new));
    assert_eq!(before.open(&new, "p"), Err(CryptoError::UnknownKey(2)));
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        1,
        "no second copy of the keys is left"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn bad_key_files_are_refused_with_a_sentence() {
    let folder = folder("bad");
    let path = folder.join("keys.json");
    let random = Random::system();
    KeyRing::open_or_create(&path, &clock(), &random).unwrap();
    let good = std::fs::read_to_string(&path).unwrap();
    for mode in [0o640, 0o604, 0o644] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = KeyRing::open_or_create(&path, &clock(), &random).unwrap_err();
        assert!(matches!(error, KeyFileError::OpenToOthers(_)));
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let twice = {
        let mut file: KeyFile = serde_json::from_str(&good).unwrap();
        file.add(Suite::International, &clock(), &random);
        file.keys[1].id = 1;
        serde_json::to_string(&file).unwrap()
    };
    let cases = [
        String::new(),
        good.get(..good.len() / 2).unwrap().to_owned(),
        good.replace("\"format\": 1", "\"format\": 2"),
        good.replace("\"secret\": \"", "\"secret\": \"A"),
        twice,
    ];
    for text in cases {
        assert_ne!(text, good);
        std::fs::write(&path, &text).unwrap();
        let error = KeyRing::open_or_create(&path, &clock(), &random).unwrap_err();
        assert!(matches!(error, KeyFileError::NotAKeyFile(_)), "{error}");
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            text,
            "a bad file is left as it is"
        );
    }
    let nowhere = folder.join("none").join("keys.json");
    let error = KeyRing::open_or_create(&nowhere, &clock(), &random).unwrap_err();
    assert!(matches!(error, KeyFileError::Io(..)));
    std::fs::remove_dir_all(folder).unwrap();
}
